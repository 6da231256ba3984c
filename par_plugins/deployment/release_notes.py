"""What only the people who release a model can say of it."""

from dataclasses import dataclass

NOT_STATED = 'not stated'


@dataclass(frozen=True)
class ReleaseNotes:
    """Words for the card.

    Attributes:
        name: Of the model, which its files begin with.
        training_data: Name of the data.
        data_licence: What the data may be used for.
        licence: Of the weights, as the hub abbreviates it.
        url: Address of the folder in which the files will be, or empty.
    """

    name: str
    training_data: str = NOT_STATED
    data_licence: str = NOT_STATED
    licence: str = 'other'
    url: str = ''
