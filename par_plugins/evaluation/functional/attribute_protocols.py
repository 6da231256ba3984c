"""The field's evaluation protocols for binary attributes, as data.

The same predictions get up to 5 points of mA and 4.5 of F1 more or less from one code base to the
next; what they disagree on is the columns of this table.
"""

from dataclasses import dataclass
from typing import Literal

from par_plugins.structures import InputError

RowKind = Literal['known', 'true', 'predicted', 'either']
"""The rows of a mean: with a known label, with a positive label Y, with a positive prediction F,
or with one of the two (a union Y|F)."""


@dataclass(frozen=True)
class AttributeProtocol:
    """One rule book.

    A row outside a mean is not counted at all; a row inside it whose own quotient is 0/0 counts
    as 0. Rows without any known label are outside every mean.

    Attributes:
        name: Its name in arguments and in metric keys.
        threshold: Probability from which an attribute is predicted; None if the protocol
            wants exact 0/1 values unless a threshold is given.
        inclusive: Whether a probability equal to the threshold is predicted.
        accuracy_rows: Rows of the mean of ``|Y&F|/|Y|F|``.
        precision_rows: Rows of the mean of ``|Y&F|/|F|``.
        recall_rows: Rows of the mean of ``|Y&F|/|Y|``.
        f1_of_means: Whether F1 is that of mean precision and mean recall, not the mean over
            rows of each row's own F1.
        absent_left_out: Whether an attribute without positives or without negatives is left
            out of mA; if not, its missing side counts as 0.
    """

    name: str
    threshold: float | None
    inclusive: bool
    accuracy_rows: RowKind
    precision_rows: RowKind
    recall_rows: RowKind
    f1_of_means: bool
    absent_left_out: bool


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        # Li et al., A Richly Annotated Dataset for Pedestrian Attribute Recognition, 2016.
        AttributeProtocol(
            name='rap',
            threshold=0.5,
            inclusive=True,
            accuracy_rows='either',
            precision_rows='either',
            recall_rows='true',
            f1_of_means=True,
            absent_left_out=True,
        ),
        # The MATLAB evaluator published with that paper.
        AttributeProtocol(
            name='rap_matlab',
            threshold=None,
            inclusive=True,
            accuracy_rows='either',
            precision_rows='predicted',
            recall_rows='true',
            f1_of_means=True,
            absent_left_out=False,
        ),
        # The code of Jia et al., Rethinking of Pedestrian Attribute Recognition, 2021.
        AttributeProtocol(
            name='rethinking',
            threshold=0.5,
            inclusive=False,
            accuracy_rows='known',
            precision_rows='known',
            recall_rows='known',
            f1_of_means=True,
            absent_left_out=False,
        ),
        # The OpenPAR toolbox.
        AttributeProtocol(
            name='openpar',
            threshold=0.45,
            inclusive=False,
            accuracy_rows='known',
            precision_rows='known',
            recall_rows='known',
            f1_of_means=False,
            absent_left_out=False,
        ),
    )
}


def protocol_named(name: str) -> AttributeProtocol:
    """Look a protocol up.

    Raises:
        InputError: If there is none of this name; the message lists those there are.
    """
    try:
        return PROTOCOLS[name]
    except KeyError:
        raise InputError(f'unknown protocol {name!r}; known are {", ".join(PROTOCOLS)}') from None
