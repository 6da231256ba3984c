// The views, what they have in common, and which of them is shown.

import { showModel } from '/page/model.js';
import { addPictures, setUpPictures } from '/page/pictures.js';
import { setUpSearch } from '/page/search.js';
import { say } from '/page/server.js';
import { setUpVideo, showVideo } from '/page/video.js';

const VIEWS = ['pictures', 'video', 'search', 'model'];
const TAKERS = { 'picture-files': addPictures, 'video-file': (files) => showVideo(files[0]) };

function showView() {
  const wanted = location.hash.slice(1);
  const name = VIEWS.includes(wanted) ? wanted : VIEWS[0];
  for (const view of VIEWS) document.getElementById(view).hidden = view !== name;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (name === 'model') showModel();
}

for (const area of document.querySelectorAll('.drop')) {
  const input = document.getElementById(area.dataset.for);
  const take = (files) => files.length && TAKERS[input.id]([...files]);
  input.addEventListener('change', () => { take(input.files); input.value = ''; });
  area.addEventListener('dragover', (event) => { event.preventDefault(); area.classList.add('over'); });
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => {
    event.preventDefault();
    area.classList.remove('over');
    take(event.dataTransfer.files);
  });
}
for (const name of ['dragover', 'drop']) {
  window.addEventListener(name, (event) => event.preventDefault()); // a file beside the area opens nothing
}
document.addEventListener('paste', (event) => {
  const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith('image/'));
  if (pictures.length) addPictures(pictures);
});
window.addEventListener('hashchange', () => { say(''); showView(); });
setUpPictures();
setUpSearch();
setUpVideo();
showView();
