import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make_toy(folder):
    return subprocess.run(
        [
            *(sys.executable, 'tools/dataset/make_toy.py', folder),
            *('--train', '2', '--val', '2', '--test', '2', '--sheet', f'{folder}/sheet.png'),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_toys_are_written_again_but_over_nothing_else(tmp_path):
    folder = tmp_path / 'toys'
    for _ in range(2):
        done = make_toy(folder)
        assert done.returncode == 0, done.stderr
        assert 'Wrote 2 train, 2 val, 2 test images' in done.stdout
    assert len(list((folder / 'data').iterdir())) == 6 and (folder / 'sheet.png').is_file()

    real = tmp_path / 'PA-100K'
    real.mkdir()
    (real / 'annotation.mat').write_text('precious', encoding='utf-8')
    done = make_toy(real)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith('no toys: choose another folder')
    assert [path.read_text(encoding='utf-8') for path in real.iterdir()] == ['precious']
