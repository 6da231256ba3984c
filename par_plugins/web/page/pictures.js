// Pictures: their people in boxes, the answers about one of them, and why.

import { searchFor } from '/page/search.js';
import { ask, form, made, model, save, say } from '/page/server.js';
import { spoken, stricter } from '/page/strictness.js';

const pictures = []; // {file, url, record, name}
let current = null; // {picture, number}: the person who is shown
const byId = (id) => document.getElementById(id);
const percent = (share) => `${Math.round(100 * share)} %`;

export function setUpPictures() {
  byId('strictness').addEventListener('input', () => {
    byId('strictness-value').value = byId('strictness').value;
    showAnswers();
  });
  byId('export').addEventListener('click', (event) => {
    if (event.target.dataset.form) exported(event.target.dataset.form).catch((e) => say(e.message, { error: true }));
  });
  byId('camera').addEventListener('click', toggleCamera);
  byId('snapshot').addEventListener('click', takeSnapshot);
  byId('alike').addEventListener('click', () => {
    const { picture, number } = current;
    searchFor({ file: picture.file, box: picture.record.people[number].box });
  });
}

export async function addPictures(files) {
  location.hash = '#pictures';
  for (const file of files) {
    const began = performance.now();
    say(`Looking at ${file.name} …`);
    try {
      const answer = await (await ask('/predict', { method: 'POST', body: form([['files', file]]) })).json();
      const picture = { file, name: file.name, url: URL.createObjectURL(file), record: answer.pictures[0] };
      pictures.push(picture);
      const people = picture.record.people.length;
      listPicture(picture);
      showPicture(picture);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      say(`${file.name}: ${people} ${people === 1 ? 'person' : 'people'} in ${seconds} s.`);
    } catch (error) {
      say(error.message, { error: true });
    }
  }
}

function listPicture(picture) {
  picture.button = made('button', { type: 'button', onclick: () => showPicture(picture) },
    made('img', { src: picture.url, alt: picture.name }));
  byId('picture-list').append(picture.button);
}

function showPicture(picture) {
  for (const other of pictures) other.button.setAttribute('aria-pressed', other === picture);
  const { width, height, people } = picture.record;
  const scene = byId('scene');
  scene.replaceChildren(made('img', { src: picture.url, alt: `${picture.name}, ${people.length} people` }));
  people.forEach((person, number) => {
    const button = made('button', { type: 'button', onclick: () => showPerson(picture, number) },
      made('span', { textContent: number + 1 }));
    const [left, top, right, bottom] = person.box;
    Object.assign(button.style, {
      left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
      width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%`,
    });
    button.setAttribute('aria-label', `Person ${number + 1}: ${summary(person)}`);
    scene.append(button);
  });
  scene.hidden = byId('export').hidden = false;
  byId('person').hidden = !people.length;
  if (people.length) showPerson(picture, 0);
}

function summary(person) {
  const said = Object.entries(person.attributes).filter(([, { value }]) => value);
  return said.map(([name, { value }]) => (value === true ? name : `${name} ${value}`)).join(', ') || 'nothing sure';
}

function showPerson(picture, number) {
  current = { picture, number };
  byId('scene').querySelectorAll('button').forEach((button, index) => {
    button.setAttribute('aria-pressed', index === number);
  });
  byId('person-title').textContent = `Person ${number + 1}`;
  byId('why').hidden = true;
  showAnswers();
}

async function showAnswers() {
  if (!current) return;
  const { attributes, people_in_index: searched, heat_maps: explains } = await model();
  byId('alike').hidden = searched === null;
  const person = current.picture.record.people[current.number];
  const strictness = Number(byId('strictness').value);
  const rows = attributes.filter(({ name }) => name in person.attributes)
    .map((attribute) => ({ attribute, answer: stricter(person.attributes[attribute.name], attribute, strictness) }))
    .sort((one, other) => rank(other.answer) - rank(one.answer));
  byId('answers').tHead.rows[0].lastElementChild.hidden = !explains;
  byId('answers').tBodies[0].replaceChildren(...rows.map(({ attribute, answer }) => answerRow(attribute, answer, explains)));
}

// What is there before what is unknown, and that before what is absent.
function rank({ value, confidence }) {
  if (value === null) return 1;
  return value === false ? -confidence : 1 + confidence;
}

function answerRow(attribute, answer, explains) {
  const word = spoken(answer.value);
  const said = made('td', { textContent: answer.value === null ? word : `${word} ${percent(answer.confidence)}` });
  said.className = answer.value === null ? 'unknown' : answer.value ? 'yes' : '';
  const why = made('button', { type: 'button', textContent: 'why', onclick: () => explain(attribute, answer) });
  why.setAttribute('aria-label', `Why ${attribute.name}: ${word}`);
  const name = made('th', { scope: 'row', textContent: attribute.name });
  return made('tr', {}, name, said, made('td', {}, bar(attribute, answer)), made('td', { hidden: !explains }, why));
}

function bar({ name, band }, { value, probability, threshold }) {
  const share = typeof probability === 'number' ? probability : Math.max(...Object.values(probability));
  const drawn = made('div', { className: 'bar' });
  const words = [`${name}: probability ${percent(share)}`];
  if (band[0] !== null) {
    drawn.append(stretch('band', band[0], band[1]));
    words.push(`unknown from ${percent(band[0])} to ${percent(band[1])}`);
  }
  drawn.append(stretch('much', 0, share));
  if (threshold !== null) {
    drawn.append(stretch('threshold', threshold));
    words.push(`threshold ${percent(threshold)}`);
  }
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', words.join(', '));
  drawn.title = words.join(', ');
  return drawn;
}

function stretch(className, from, to) {
  const piece = made('i', { className });
  piece.style.left = `${100 * from}%`;
  if (to !== undefined) piece.style.width = `${100 * (to - from)}%`;
  return piece;
}

async function explain(attribute, answer) {
  const { picture, number } = current;
  const [left, top, right, bottom] = picture.record.people[number].box;
  const fields = Object.entries({ file: picture.file, left, top, right, bottom, attribute: attribute.name });
  if (attribute.values) {
    const likeliest = Object.entries(answer.probability).sort((one, other) => other[1] - one[1])[0][0];
    fields.push(['value', answer.value ?? likeliest]);
  }
  say(`Looking for ${attribute.name} …`);
  try {
    const drawn = await (await ask('/explain', { method: 'POST', body: form(fields) })).blob();
    const image = byId('why').querySelector('img');
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(drawn);
    image.alt = `Heat map of ${attribute.name} over person ${number + 1}`;
    byId('why').querySelector('figcaption').textContent =
      `Where the network looks for ${attribute.name}: yellow is much, violet little (Grad-CAM).`;
    byId('why').hidden = false;
    say('');
  } catch (error) {
    say(error.message, { error: true });
  }
}

async function exported(kind) {
  if (kind === 'png') {
    const { picture } = current ?? { picture: pictures.at(-1) };
    save(await drawnPicture(picture), `${picture.name}.png`);
    return;
  }
  const strictness = byId('strictness').value;
  const body = form(pictures.map(({ file }) => ['files', file]));
  const answer = await ask(`/predict?form=${kind}&strictness=${strictness}`, { method: 'POST', body });
  save(await answer.blob(), `pictures.${kind}`);
}

async function drawnPicture({ url, record }) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = made('canvas', { width: record.width, height: record.height });
  const paint = canvas.getContext('2d');
  paint.drawImage(image, 0, 0, record.width, record.height);
  const letters = Math.max(13, Math.round(Math.max(record.width, record.height) / 60));
  Object.assign(paint, { lineWidth: letters / 6, font: `${letters}px sans-serif`, textBaseline: 'top' });
  for (const person of record.people) {
    const [left, top, right, bottom] = person.box;
    paint.strokeStyle = '#56b4e9';
    paint.strokeRect(left, top, right - left, bottom - top);
    summary(person).split(', ').slice(0, 5).forEach((line, row) => {
      paint.fillStyle = '#181818';
      paint.fillRect(left, top + 1.25 * letters * row, paint.measureText(line).width + letters / 2, 1.25 * letters);
      paint.fillStyle = '#ffffff';
      paint.fillText(line, left + letters / 4, top + 1.25 * letters * row);
    });
  }
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}

async function toggleCamera() {
  const video = byId('camera-video');
  if (video.srcObject) return stopCamera();
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    byId('camera-view').hidden = false;
    await video.play();
    byId('snapshot').focus();
  } catch (error) {
    say(`The camera cannot be used: ${error.message}`, { error: true });
  }
}

function stopCamera() {
  const video = byId('camera-video');
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  byId('camera-view').hidden = true;
}

async function takeSnapshot() {
  const video = byId('camera-video');
  const canvas = made('canvas', { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d').drawImage(video, 0, 0);
  stopCamera();
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.95));
  await addPictures([new File([blob], 'snapshot.jpg', { type: 'image/jpeg' })]);
}
