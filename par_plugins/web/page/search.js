// Search in the server's index: by words, by a picture, or by a person of one.

import { ask, form, made, model, say } from '/page/server.js';

const byId = (id) => document.getElementById(id);

export function setUpSearch() {
  byId('search-form').addEventListener('submit', (event) => {
    event.preventDefault();
    searchFor({ words: byId('search-words').value });
  });
  byId('search-file').addEventListener('change', (event) => {
    const [file] = event.target.files;
    if (file) searchFor({ file, words: byId('search-words').value });
    event.target.value = '';
  });
  const link = document.querySelector('nav a[href="#search"]');
  model().then(({ people_in_index: people }) => { link.hidden = people === null; }).catch(() => {});
}

export async function searchFor({ words, file, box }) {
  location.hash = '#search';
  say('Searching …');
  const fields = [...(words ? [['words', words]] : []), ...(file ? [['file', file]] : []),
    ...(box ?? []).map((side) => ['box', side])];
  try {
    const found = await (await ask('/search', { method: 'POST', body: form(fields) })).json();
    byId('search-asked').textContent = [
      found.understood.length ? `Asked for: ${found.understood.join('; ')}.` : '',
      found.not_understood.length ? `Not understood: ${found.not_understood.join('; ')}.` : '',
    ].join(' ');
    byId('search-found').replaceChildren(...found.people.map((person) => shown(person, found.score)));
    say(`${found.people.length} people.`);
  } catch (error) {
    say(error.message, { error: true });
  }
}

function shown(person, score) {
  const image = made('img', { alt: `A person of ${person.source}` });
  ask(`/search/picture?row=${person.row}`).then((answer) => answer.blob())
    .then((blob) => { image.src = URL.createObjectURL(blob); })
    .catch(() => { image.alt += ', whose picture is not there any more'; });
  const when = person.first === null ? '' : `, ${person.first.toFixed(1)} to ${person.last.toFixed(1)} s`;
  const text = score === 'probability' ? `${Math.round(100 * person.score)} %` : `distance ${person.score.toFixed(2)}`;
  return made('li', {}, image, made('span', { textContent: `${person.source}${when}` }),
    made('span', { textContent: text }));
}
