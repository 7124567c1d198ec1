"""The editors' pages under `/kb`: find out, edit, review, publish. Server-rendered; the composition root mounts them."""
