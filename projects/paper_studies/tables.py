"""Write every table of the studies anew, from the results that are kept beside them.

    python -m projects.paper_studies.tables

``<study>/results/<name>.json`` has the runs of an experiment, see
``par_plugins.apis.published_results``; ``leaves`` says which leaf an arm is. The table goes between
the marks of its name in the study's README.
"""

import json
from pathlib import Path

from par_plugins.apis.published_results import publish

RESULTS = sorted(Path(__file__).parent.glob('*/results/*.json'))


def main() -> None:
    for path in RESULTS:
        publish(path, json.loads(path.read_text(encoding='utf-8')))


if __name__ == '__main__':
    main()
