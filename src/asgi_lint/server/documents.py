"""The documents that are open in an editor, and the way between its URIs and our filenames."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from pygls.uris import from_fs_path, to_fs_path

from asgi_lint.reporters.paths import absolute_uri
from asgi_lint.source import NEWLINE, Source, absolute_filename
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNTITLED = "untitled:"
"""How URIs begin of documents that were never saved; other schemes are not files to be edited."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is shown, saved or not; `version` is the editor's number of its text."""

    uri: str
    version: int | None
    source: Source
    is_python: bool

    @property
    def filename(self) -> str:
        """Its absolute name with forward slashes."""
        return self.source.filename

    @property
    def is_checked(self) -> bool:
        """Whether it is a file of ours, whatever is configured."""
        return self.is_python or is_manifest(self.filename)


@dataclass(frozen=True, slots=True)
class View:
    """What an editor shows at one moment: its folders, and its documents by filename."""

    folders: tuple[str, ...]
    documents: Mapping[str, Document]

    def uri(self, filename: str) -> str:
        """The URI of a file: of one that is open as the editor writes it."""
        document = self.documents.get(filename)
        return document.uri if document is not None else uri_of(filename)

    def version(self, filename: str) -> int | None:
        """The editor's number of a file's text; None where it is not open."""
        document = self.documents.get(filename)
        return document.version if document is not None else None


def document(
    uri: str, text: str, version: int | None, language: str | None, folder: str
) -> Document | None:
    """A document that was opened or changed; None for what is no file.

    One that was never saved is taken to lie in `folder`.
    """
    filename = filename_of(uri, folder)
    if filename is None:
        return None
    newline = NEWLINE.search(text)
    source = Source(filename, text, newline=newline[0] if newline else "\n")
    is_python = filename.endswith(".py") or language == "python"
    return Document(uri, version, source, is_python)


def filename_of(uri: str, folder: str = "/") -> str | None:
    """The file that a URI stands for; None if it is no file."""
    if uri.startswith(_UNTITLED):
        name = unquote(uri.removeprefix(_UNTITLED)).rpartition("/")[2]
        return f"{folder.rstrip('/')}/{_UNTITLED}{name}"
    path = to_fs_path(uri) if uri.startswith("file:") else None
    if path and "\N{REPLACEMENT CHARACTER}" in path:
        path = os.fsdecode(unquote_to_bytes(urlsplit(uri).path))  # a name that is not UTF-8
    return absolute_filename(path) if path else None


def uri_of(filename: str) -> str:
    """The URI of a file on disk."""
    try:
        return str(from_fs_path(filename))
    except UnicodeEncodeError:  # a name that is not UTF-8, of which a URI has the bytes
        return absolute_uri(filename)
