"""Turns a template and a context into an email; the only home of Jinja2, MJML and Babel."""

from penfriend.rendering.renderer import TemplateRenderer

__all__ = ["TemplateRenderer"]
