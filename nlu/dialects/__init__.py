"""Words of the dialects, as YAML that editors extend; `lexicon` reads them, `check` keeps Mandarin safe from them."""
