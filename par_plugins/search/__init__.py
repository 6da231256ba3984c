"""Search for people in pictures and videos, by a picture or by words."""

from par_plugins.search.attribute_query import AttributeQuery, parse_attribute_query
from par_plugins.search.index_job import IndexJob
from par_plugins.search.inverted_lists import InvertedLists
from par_plugins.search.person_embedder import PersonEmbedder
from par_plugins.search.person_index import IndexedPerson, IndexRows, PersonIndex
from par_plugins.search.search_people import SearchResult, search_people

__all__ = [
    'AttributeQuery',
    'IndexJob',
    'IndexRows',
    'IndexedPerson',
    'InvertedLists',
    'PersonEmbedder',
    'PersonIndex',
    'SearchResult',
    'parse_attribute_query',
    'search_people',
]
