"""The page's colours for Gradio's own parts: night blue and cyan, with the fonts of the machine it is shown on."""

from __future__ import annotations

import gradio as gr

NIGHT, SURFACE, RAISED, LINE = "#0a0e17", "#0f1624", "#162033", "#26334a"
TEXT, QUIET, CYAN, ROSE = "#e6edf6", "#9fb0c7", "#22d3ee", "#fb7185"
_SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def theme() -> gr.themes.Base:
    """The same in a browser set to light and in one set to dark."""
    base = gr.themes.Base(primary_hue="cyan", neutral_hue="slate", font=_SANS, font_mono=_MONO, radius_size="md", text_size="md")
    colours = {
        "body_background_fill": NIGHT,
        "background_fill_primary": NIGHT,
        "background_fill_secondary": SURFACE,
        "body_text_color": TEXT,
        "body_text_color_subdued": QUIET,
        "block_background_fill": SURFACE,
        "block_border_color": LINE,
        "block_label_text_color": QUIET,
        "block_title_text_color": TEXT,
        "block_info_text_color": QUIET,
        "border_color_primary": LINE,
        "border_color_accent": CYAN,
        "color_accent_soft": RAISED,
        "input_background_fill": SURFACE,
        "input_background_fill_focus": SURFACE,
        "input_border_color": LINE,
        "input_border_color_focus": CYAN,
        "input_placeholder_color": QUIET,
        "button_primary_background_fill": CYAN,
        "button_primary_background_fill_hover": "#67e8f9",
        "button_primary_text_color": NIGHT,
        "button_primary_text_color_hover": NIGHT,
        "button_secondary_background_fill": RAISED,
        "button_secondary_background_fill_hover": LINE,
        "button_secondary_text_color": TEXT,
        "button_secondary_border_color": LINE,
        "panel_background_fill": SURFACE,
        "error_background_fill": SURFACE,
        "link_text_color": CYAN,
        "loader_color": CYAN,
        "block_shadow": "none",
    }
    return base.set(**colours, **{f"{name}_dark": colour for name, colour in colours.items()})
