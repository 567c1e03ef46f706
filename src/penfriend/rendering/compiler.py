"""Compiles a letter for one locale: three Jinja templates (subject, HTML with the preview in it, text) that
know their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jinja2 import Template, TemplateSyntaxError, nodes

from penfriend.domain.letter import Needs
from penfriend.domain.problems import Place, Problem
from penfriend.rendering import tokens_in_mjml as mj
from penfriend.rendering.environment import LetterEnvironment
from penfriend.rendering.findings import Outline, Problems, TemplateBroken
from penfriend.rendering.html_source import Fallback, add_bare, complete_head, write_html
from penfriend.rendering.ignores import Ignore
from penfriend.rendering.inheritance import Flattener, Sources
from penfriend.rendering.link_marks import LinkMarks
from penfriend.rendering.lint import lint
from penfriend.rendering.lint_content import lint_content
from penfriend.rendering.marked import JinjaSource, Marked
from penfriend.rendering.mjml_tree import Document, Node, TreeReader
from penfriend.rendering.numbered import Numbered
from penfriend.rendering.source import Kind, Piece, Source, Splitter
from penfriend.rendering.syntax import check_file
from penfriend.rendering.text_part import TextWriter


@dataclass(frozen=True, slots=True)
class Part:
    """One compiled Jinja template, and its outline."""

    template: Template
    outline: Outline
    needs: Needs
    """What it reads of a person."""
    constant: str | None = None
    """What it is filled to for everybody, where that is known."""


@dataclass(frozen=True, slots=True)
class CompiledLetter:
    """A letter in one locale, ready to be filled."""

    subject: Part
    html: Part
    text: Part
    fallback: Fallback | None
    warnings: tuple[Problem, ...]
    has_own_text: bool
    """The text stands in a file of its own."""
    file: str = ""
    """As problems name it: `templates/welcome/hello.mjml`."""
    head: Mapping[str, Place] = field(default_factory=dict)
    """Where subject and preview are written."""
    ignores: tuple[Ignore, ...] = ()
    """What the heads of its files silence."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every template of it, in the order in which they are filled."""
        return (self.subject, self.html, self.text)


@dataclass(frozen=True, slots=True)
class NumberedLetter:
    """A letter made to be looked at: its HTML with numbers, and their places."""

    html: Part
    fallback: Fallback | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """The files that make a letter in one locale."""

    mjml: str
    text: str | None
    rtl: bool


class Compiler:
    """Compiles the letters of one locale. `translated` looks a head's text up in the catalogs."""

    def __init__(
        self,
        sources: Sources,
        html: LetterEnvironment,
        text: LetterEnvironment,
        translated: Callable[[str], str],
        *,
        utm: bool,
        track: bool,
    ) -> None:
        self._sources = sources
        self._html = html
        self._text = text
        self._translated = translated
        self._utm, self._track = utm, track
        """Links are made to carry parameters, to be tracked."""

    def compile(self, variant: Variant) -> CompiledLetter:
        """The letter. Raises TemplateBroken with every problem that was found, one of them an error."""
        problems = Problems()
        flattener = Flattener(self._sources, problems)
        source = flattener.source(variant.mjml)
        body = flattener.flatten(variant.mjml)
        text = flattener.flatten(variant.text) if variant.text else None
        subject, preview = (self._head_text(source, key, problems) for key in ("subject", "preview"))
        if source.is_unread:
            raise TemplateBroken(problems.all)
        if problems.errors and not any(piece.text.strip() for piece in body if piece.kind is Kind.TEXT):
            # a layout is missing: there is no MJML to judge
            outline = self._outline((*subject, *preview), source.file)
            raise TemplateBroken(problems.all, () if outline is None else (outline,))
        if not subject:
            problems.error(
                Place(source.file),
                'there is no subject; a letter begins with a line ---, "subject: ...", and another line ---.',
                "missing-subject",
            )
        marked, length = _marked(body, preview, source.file)
        document = TreeReader(marked.text[:length], marked.token, marked.is_statement).read()
        lint(marked, document, problems)
        if problems.errors or document.root is None:
            outlines = (
                self._outline((*subject, *preview, *body), source.file),
                self._outline(text or (), source.file),
            )
            raise TemplateBroken(problems.all, tuple(one for one in outlines if one is not None))
        head = _head_places(source, marked, document.root)
        skeleton = self._skeleton(marked, document.root, length, rtl=variant.rtl)
        html_source = JinjaSource()
        fallback = write_html(html_source, skeleton, marked, document, problems)
        html = self._part(self._html, html_source, marked.file, problems)
        made = CompiledLetter(
            self._text_part(subject, source.file, problems),
            html,
            self._own_text(skeleton, marked, document, problems)
            if text is None
            else self._text_part(text, f"templates/{variant.text}", problems),
            fallback,
            problems.all,
            text is not None,
            source.file,
            head,
            tuple(flattener.ignores),
        )
        if problems.errors:
            raise TemplateBroken(problems.all)
        return made

    def subject(self, text: str, place: Place) -> Part:
        """A step's own subject, written at `place`. Raises TemplateBroken."""
        problems = Problems()
        pieces = Splitter(place.file, problems).split(self._translated(text))
        check_file(pieces, self._text, problems)
        if not problems.errors:
            part = self._text_part(pieces, place.file, problems)
        if problems.errors:
            raise TemplateBroken(
                tuple(replace(one, place=place, text=f"subject: {one.text}") for one in problems.errors)
            )
        places = dict.fromkeys(part.outline.places, place)
        return replace(part, outline=Outline(part.outline.tree, places, place.file))

    def content(self, variant: Variant) -> tuple[Problem, ...]:
        """What is found in the content of a letter that can be compiled. Raises TemplateBroken."""
        marked, root, _ = self._read(variant)
        found = Problems()
        lint_content(marked, root, found)
        return found.all

    def numbered(self, variant: Variant) -> NumberedLetter:
        """A letter that can be compiled, with numbers in it. Raises TemplateBroken."""
        plain, root, length = self._read(variant)
        problems, numbered = Problems(), Numbered(plain, root)
        marked, length = numbered.marked, length + numbered.added
        document = TreeReader(marked.text[:length], marked.token, marked.is_statement).read()
        skeleton = self._skeleton(marked, document.root or root, length, rtl=variant.rtl)
        html = JinjaSource()
        fallback = write_html(html, skeleton, marked, document, problems)
        part = self._part(self._html, html, marked.file, problems)
        if problems.errors:
            raise TemplateBroken(problems.all)
        return NumberedLetter(part, fallback, tuple(numbered.places))

    def _read(self, variant: Variant) -> tuple[Marked, Node, int]:
        """The letter's text, its tree, and how long its body is in the text. Raises TemplateBroken."""
        problems = Problems()
        flattener = Flattener(self._sources, problems)
        source = flattener.source(variant.mjml)
        preview = self._head_text(source, "preview", problems)
        plain, length = _marked(flattener.flatten(variant.mjml), preview, source.file)
        root = TreeReader(plain.text[:length], plain.token, plain.is_statement).read().root
        if root is None or problems.errors:
            raise TemplateBroken(problems.all)
        return plain, root, length

    def _skeleton(self, marked: Marked, root: Node, length: int, *, rtl: bool) -> mj.Skeleton:
        """The MJML with what `_marked` put behind the body in its head."""
        end = len(marked.text)
        at_title, at_lang = end - 2 * marked.token_length, end - marked.token_length
        complete_head(root, (length, at_title), (at_title, at_lang))
        links = LinkMarks(marked, utm=self._utm, track=self._track)
        return mj.Skeleton(marked, root, lang=(at_lang, end), rtl=rtl, links=links)

    def _head_text(self, source: Source, key: str, problems: Problems) -> tuple[Piece, ...]:
        """The pieces of a head's text, in the reader's language where a catalog has it."""
        if key not in source.raw_head:
            return ()
        text, line, column = source.raw_head[key]
        translated = self._translated(text)
        if translated == text:
            pieces = source.head[key]
        else:
            pieces = Splitter(source.file, problems).split(translated, line, column)
        check_file(pieces, self._text, problems)
        return pieces

    def _text_part(self, pieces: Sequence[Piece], file: str, problems: Problems) -> Part:
        marked, source = Marked(pieces, file), JinjaSource()
        source.add_parts(marked.parts(marked.text))
        return self._part(self._text, source, file, problems)

    def _own_text(
        self, skeleton: mj.Skeleton, marked: Marked, document: Document, problems: Problems
    ) -> Part:
        """The text part that is made of the MJML."""
        source = JinjaSource()
        add_bare(marked, source, [*document.before, *skeleton.hoisted])
        TextWriter(marked, skeleton.links).write(skeleton.root, source)
        add_bare(marked, source, document.behind)
        return self._part(self._text, source, marked.file, problems)

    def _part(self, env: LetterEnvironment, source: JinjaSource, file: str, problems: Problems) -> Part:
        outline = Outline(nodes.Template([], lineno=1), source.places, file)
        try:
            made = env.compiled(source.text)
            return Part(made.template, replace(outline, tree=made.tree), made.needs)
        except TemplateSyntaxError as error:
            problems.error(
                outline.place(error.lineno),
                f"{(error.message or 'this is no Jinja').rstrip('.')}.",
                "jinja-syntax",
            )
        except (RecursionError, SyntaxError):  # Python has limits of its own for blocks and brackets
            problems.error(Place(file), "the tags are nested too deeply.", "too-large")
        except ValueError:
            problems.error(Place(file), "a number in a tag is too large.", "too-large")
        return Part(_EMPTY, outline, Needs())

    def _outline(self, pieces: Sequence[Piece], file: str) -> Outline | None:
        """The tags of a broken template, where they at least can be parsed: their names are looked at all the
        same."""
        marked, source = Marked(pieces, file), JinjaSource()
        source.add_parts(marked.parts(marked.text))
        try:
            return Outline(self._html.parse(source.text), source.places, file)
        except (TemplateSyntaxError, RecursionError, ValueError):
            return None


_EMPTY = Template("")


def _head_places(source: Source, marked: Marked, root: Node) -> dict[str, Place]:
    """Where subject and preview are written, as far as they are; a preview may also be an <mj-preview>."""
    places = {
        node.name.removeprefix("mj-"): marked.place(node.at)
        for node in root.walk()
        if node.name == "mj-preview"
    }
    places.update((key, Place(source.file, line, at)) for key, (_, line, at) in source.raw_head.items())
    return places


def _marked(body: Sequence[Piece], preview: Sequence[Piece], file: str) -> tuple[Marked, int]:
    """The body, how long it is, and behind it what belongs into the head: preview, title, language."""
    title, lang = (Piece(Kind.PRINT, text, file, 1, 1) for text in ("{{ subject }}", "{{ locale }}"))
    return Marked((*body, *preview, title, lang), file), len(Marked(body, file).text)
