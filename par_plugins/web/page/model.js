// What is known of the model, attribute by attribute.

import { made, model, say } from '/page/server.js';

const COLUMNS = ['name', 'group', 'threshold', 'precision', 'recall', 'prior'];
const TITLES = { name: 'Attribute', group: 'Group', threshold: 'Threshold', precision: 'Precision', recall: 'Recall',
  prior: 'Share in training' };
let order = { column: 'name', down: false };

export async function showModel() {
  try {
    const facts = await model();
    const list = {
      Weights: facts.weights, 'Rule of the answers': facts.rule, Detector: facts.detector,
      Attributes: facts.attributes.length,
      'Smallest person, pixels': facts.smallest_height ?? 'not known',
      'Least sharpness': facts.least_sharpness ?? 'not known',
    };
    document.getElementById('model-facts').replaceChildren(...Object.entries(list)
      .flatMap(([name, value]) => [made('dt', { textContent: name }), made('dd', { textContent: value })]));
    showTable(facts.attributes);
  } catch (error) {
    say(error.message, { error: true });
  }
}

function showTable(attributes) {
  const table = document.getElementById('model-table');
  table.tHead.rows[0].replaceChildren(...COLUMNS.map((column) => {
    const sort = () => {
      order = { column, down: order.column === column && !order.down };
      showTable(attributes);
      table.tHead.querySelector('[aria-sort] button').focus();
    };
    const head = made('th', { scope: 'col' }, made('button', { type: 'button', textContent: TITLES[column], onclick: sort }));
    if (order.column === column) head.setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
    return head;
  }));
  const sorted = [...attributes].sort((one, other) => compared(one[order.column], other[order.column]));
  table.tBodies[0].replaceChildren(...sorted.map((attribute) => made('tr', {},
    ...COLUMNS.map((column) => made('td', { textContent: shown(attribute, column) })))));
}

// What is not known comes last in either order.
function compared(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  const difference = typeof one === 'number' ? one - other : one.localeCompare(other);
  return order.down ? -difference : difference;
}

function shown(attribute, column) {
  const value = attribute[column];
  if (column === 'name' && attribute.values) return `${value} (${attribute.values.join(', ')})`;
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? value.toFixed(3) : value;
}
