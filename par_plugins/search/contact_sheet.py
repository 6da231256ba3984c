"""The people found, on one sheet."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from par_plugins.search.person_index import IndexedPerson, PersonIndex
from par_plugins.search.search_people import SearchResult
from par_plugins.visualization import RankList, rank_lists_figure, read_picture
from par_runtime.crops import crop
from par_runtime.shown_name import shown_name

PEOPLE_A_ROW = 10


def contact_sheet(index: PersonIndex, result: SearchResult, asked: str | None = None) -> Figure:
    """Draw an answer: each person with what was predicted, those of videos with their times.

    Args:
        index: Where was searched.
        result: The answer.
        asked: The picture asked for.

    Raises:
        InputError: If a picture is not there any more. Names such as addresses are not fetched.
    """
    query = None if asked is None else read_picture(asked)
    people = [index.person(int(row)) for row in result.rows]
    lists = []
    for start in range(0, len(people), PEOPLE_A_ROW):
        shown = people[start : start + PEOPLE_A_ROW]
        lists.append(
            RankList(
                query if start == 0 else None,
                [person_picture(index, person) for person in shown],
                index.probabilities[result.rows[start : start + PEOPLE_A_ROW]],
                captions=[
                    _caption(number, person) for number, person in enumerate(shown, start + 1)
                ],
            )
        )
    return rank_lists_figure(lists, index.schema)


def person_picture(index: PersonIndex, person: IndexedPerson) -> np.ndarray:
    """The pixels of a person, ``(H, W, 3)`` RGB."""
    path = index.crop_path(person)
    if path is not None:
        return read_picture(str(path))
    image = read_picture(person.source)
    return image if person.box is None else crop(image, np.array(person.box))


def _caption(number: int, person: IndexedPerson) -> list[str]:
    if person.times is None:
        return [str(number)]
    return [f'{number}: {shown_name(Path(person.source).stem)}', person.times]
