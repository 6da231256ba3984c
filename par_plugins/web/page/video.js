// A video: how far it is, then its people by the time they are seen.

import { ask, form, made, say } from '/page/server.js';
import { spoken } from '/page/strictness.js';

const byId = (id) => document.getElementById(id);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;

export function setUpVideo() {
  byId('video-player').addEventListener('error', () => { byId('video-player').hidden = true; });
}

export async function showVideo(file) {
  const player = byId('video-player');
  byId('timeline').replaceChildren();
  byId('track').hidden = true;
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(file);
  player.hidden = false; // until the browser finds that it cannot play it
  say(`Looking at ${file.name} …`);
  try {
    const options = { method: 'POST', body: form([['file', file]]), headers: { Accept: 'application/x-ndjson' } };
    for await (const line of lines(await ask('/tracks?crops=true', options))) {
      if (line.error) throw new Error(line.error);
      if (line.tracks) showTracks(line.tracks, file.name);
      else showProgress(line);
    }
  } catch (error) {
    say(error.message, { error: true });
  } finally {
    byId('video-progress').hidden = true;
  }
}

async function* lines(answer) {
  let rest = '';
  for await (const text of texts(answer.body.pipeThrough(new TextDecoderStream()))) {
    const [...whole] = (rest + text).split('\n');
    rest = whole.pop();
    for (const line of whole) yield JSON.parse(line);
  }
}

async function* texts(stream) {
  const reader = stream.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}

function showProgress({ frames, total }) {
  const progress = byId('video-progress');
  progress.hidden = false;
  if (total) Object.assign(progress, { max: total, value: frames });
  say(`${frames} of ${total ?? '?'} frames`);
}

function showTracks(tracks, name) {
  say(`${name}: ${tracks.length} ${tracks.length === 1 ? 'person' : 'people'}.`);
  const end = Math.max(...tracks.map((track) => track.last), 0.1);
  byId('timeline').replaceChildren(...tracks.map((track) => {
    const button = made('button', { type: 'button', onclick: () => showTrack(track), textContent: `#${track.track}` });
    button.style.left = `${(100 * track.first) / end}%`;
    button.style.width = `${(100 * (track.last - track.first)) / end}%`;
    button.setAttribute('aria-label',
      `Person ${track.track}, from ${clock(track.first)} to ${clock(track.last)}: ${said(track).join(', ')}`);
    const row = made('div', {}, made('img', { src: track.best[0].image, alt: '' }),
      made('div', { className: 'lane' }, button));
    row.setAttribute('role', 'listitem');
    return row;
  }));
}

function said(track) {
  const steady = Object.entries(track.attributes).filter(([, { value }]) => value !== false)
    .map(([name, { value, confidence }]) =>
      (value === null ? `${name}: unknown`
        : `${value === true ? name : `${name}: ${spoken(value)}`} ${Math.round(100 * confidence)} %`));
  const momentary = Object.entries(track.momentary).map(([name, shares]) => `${name}: ${
    Object.entries(shares).map(([word, share]) => `${word} ${Math.round(100 * share)} % of the time`).join(', ')}`);
  return [...steady, ...momentary];
}

function showTrack(track) {
  byId('track').hidden = false;
  byId('track-title').textContent = `Person ${track.track}, ${clock(track.first)} to ${clock(track.last)}`;
  byId('track-crops').replaceChildren(...track.best.map(({ image, seconds }) => made(
    'button', { type: 'button', onclick: () => jump(seconds) },
    made('img', { src: image, alt: `Person ${track.track} at ${clock(seconds)}` }),
  )));
  byId('track-answers').replaceChildren(...said(track).map((text) => made('li', { textContent: text })));
  jump(track.first);
}

function jump(seconds) {
  const player = byId('video-player');
  if (!player.hidden) player.currentTime = seconds;
}
