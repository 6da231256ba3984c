import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import logging, sys
from par_plugins.apis.command_line import stop_on_input_error
from par_plugins.apis.utf8_output import log_in_utf8

@stop_on_input_error
def main():
    print('Hütchen')
    logger = logging.getLogger('run')
    logger.addHandler(logging.FileHandler(sys.argv[1]))
    logger.warning('before')
    log_in_utf8(logger)
    logger.warning('帽子')

main()
"""


def test_names_are_printed_and_logged_in_a_locale_without_their_letters(tmp_path):
    (tmp_path / 'program.py').write_text(PROGRAM, encoding='utf-8')
    ascii_locale = {'PYTHONUTF8': '0', 'PYTHONCOERCECLOCALE': '0', 'LC_ALL': 'C'}
    done = subprocess.run(
        [sys.executable, tmp_path / 'program.py', tmp_path / 'run.log'],
        env={**os.environ, **ascii_locale, 'PYTHONPATH': str(ROOT)},
        check=True,
        capture_output=True,
    )
    assert done.stdout.decode('ascii').splitlines()[-1] == r'H\xfctchen'
    assert b'Error' not in done.stderr
    assert (tmp_path / 'run.log').read_text(encoding='utf-8') == 'before\n帽子\n'
