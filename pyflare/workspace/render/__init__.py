"""How results look: units, tables and trace trees, as text and as HTML."""
