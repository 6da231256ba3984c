"""Draw where a network looks for attributes of generated pedestrians (APR, figure 6).

    python -m projects.paper_studies.apr.heat_maps CONFIG CHECKPOINT \\
        --figure projects/paper_studies/apr/heat_maps.jpg --name heat_maps

The network is one that was trained on toys in Market-1501's layout; the pedestrians are of a world
that it has not seen. Where an attribute shows is known: there the picture changes when its
pedestrian is drawn without it. The table says how much of the heat lies there.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.published_results import put_table
from par_plugins.inference import AttributeInferencer
from par_plugins.inference.heat_map import HeatMaps, draw_heat
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_plugins.testing.toy_scene import render
from par_plugins.visualization import image_grid

README = Path(__file__).with_name('README.md')
WITHOUT: dict[str, dict[str, Any]] = {
    'short_lower_body': {'lower_wear': 'trousers'},
    'hat': {'hat': False},
    'backpack': {'backpack': False},
    'short_sleeve': {'sleeve': 'long'},
}
"""The trait of somebody who lacks an attribute."""
CHANGED = 16
"""Grey values by which a picture changes where an attribute shows; noise is the same in both."""


class Sighting(NamedTuple):
    """A picture ``(H, W, 3)``, blue first, and ``(H, W)``: where it shows an attribute."""

    image: np.ndarray
    shows: np.ndarray


def sightings(people: ToyPedestrians, name: str) -> Iterator[Sighting]:
    """Pictures that show an attribute, in their order.

    Args:
        people: One picture an identity.
        name: One of :data:`WITHOUT`.
    """
    for number, person in enumerate(people):
        other = replace(person, **WITHOUT[name])
        if other == person:
            continue
        image = people.image(number)
        lacking = render(
            other,
            seed=people.seed,
            shot=0,
            difficulty=people.difficulty,
            size=(image.shape[0], image.shape[1]),
        )
        shows = cv2.absdiff(image, lacking).max(axis=2) > CHANGED
        if shows.any():
            yield Sighting(image, shows)


def share_of_heat(heat: np.ndarray, shows: np.ndarray) -> float:
    """Share of the heat ``(H, W)`` where something shows, NaN of a map without any heat."""
    total = float(heat.sum())
    return float(heat[shows].sum()) / total if total else float('nan')


def heat_table(seen: Mapping[str, Sequence[Sighting]], maps: HeatMaps) -> str:
    """How much of the heat of each attribute lies where it shows, as Markdown.

    Args:
        seen: Pictures by attribute.
        maps: Of the network.

    Returns:
        A row an attribute: number of pictures, and of these whose map has any heat; in percent
        the mean share of the picture where it shows, of its own heat there, and of the heat of
        the other attributes there, these two of the maps that have any.
    """
    heads = ('attribute', 'pictures', 'with heat', 'of the picture', 'of its heat')
    lines = [f'| {" | ".join(heads)} | of the heat of the others |', '|---|---|---|---|---|---|']
    for name, pictures in seen.items():
        shares = np.array(
            [[share_of_heat(_heat(maps, x, other), x.shows) for other in seen] for x in pictures]
        )
        own = list(seen).index(name)
        area = np.mean([picture.shows.mean() for picture in pictures])
        cells = [area, np.nanmean(shares[:, own]), np.nanmean(np.delete(shares, own, axis=1))]
        numbers = ' | '.join(f'{100 * cell:.1f}' for cell in cells)
        warm = len(pictures) - np.isnan(shares[:, own]).sum()
        lines.append(f'| {name} | {len(pictures)} | {warm} | {numbers} |')
    return '\n'.join(lines)


def _heat(maps: HeatMaps, picture: Sighting, name: str) -> np.ndarray:
    height, width = picture.shows.shape
    return maps(picture.image, (0, 0, width, height), name)


def heat_grid(
    seen: Mapping[str, Sequence[Sighting]],
    maps: HeatMaps,
    *,
    people: int,
    size: tuple[int, int] = (64, 128),
) -> np.ndarray:
    """Draw people beside the heat of an attribute, a row of the grid for each attribute.

    Args:
        seen: Pictures by attribute, the first of which are drawn.
        maps: Of the network.
        people: Drawn for each attribute.
        size: Width and height of a picture.

    Returns:
        ``(H, W, 3)`` uint8, blue first.
    """
    drawn = []
    for name, pictures in seen.items():
        for picture in pictures[:people]:
            warm = draw_heat(picture.image, _heat(maps, picture, name))
            drawn += [cv2.resize(picture.image, size), cv2.resize(warm, size)]
    return image_grid(drawn, columns=2 * people)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='that the network was trained by')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('--world', type=int, default=1, help='seed that it has not seen (1)')
    parser.add_argument('--pictures', type=int, default=50, help='of an attribute (50)')
    parser.add_argument('--people', type=int, default=4, help='drawn for an attribute (4)')
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--name', help='of the marks in the README to put the table between')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    maps = HeatMaps(AttributeInferencer(args.config, args.checkpoint))
    everybody = ToyPedestrians(5000, seed=args.world, images_per_identity=1)
    seen = {name: list(islice(sightings(everybody, name), args.pictures)) for name in WITHOUT}
    table = heat_table(seen, maps)
    print(table)
    if args.name:
        put_table(README, table, name=args.name)
    if args.figure:
        cv2.imwrite(str(args.figure), heat_grid(seen, maps, people=args.people))


if __name__ == '__main__':
    main()
