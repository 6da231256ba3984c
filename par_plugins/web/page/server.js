// Asking the server, and telling people how it went.

const opened = location.hash.slice(1);
if (opened && !document.getElementById(opened)) { // the address that the server printed ends in its token
  sessionStorage.setItem('token', opened);
  history.replaceState(null, '', location.pathname);
}

export function say(text, { error = false } = {}) {
  const status = document.getElementById('status');
  status.textContent = text;
  status.classList.toggle('error', error);
}

export async function ask(path, options = {}) {
  const token = sessionStorage.getItem('token');
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
  for (;;) {
    const answer = await fetch(path, { ...options, headers });
    if (answer.ok) return answer;
    if (answer.status === 429) {
      say('The server is busy; asking again.');
      await new Promise((done) => setTimeout(done, 1000 * (Number(answer.headers.get('Retry-After')) || 1)));
      continue;
    }
    const { detail } = await answer.json().catch(() => ({ detail: answer.statusText }));
    throw new Error(typeof detail === 'string' ? detail : 'The server did not understand the request.');
  }
}

export function form(fields) {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

let promised;
export function model() {
  promised ??= ask('/model').then((answer) => answer.json()).catch((error) => { promised = null; throw error; });
  return promised;
}
