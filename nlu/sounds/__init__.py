"""Words of the trade that were misheard or mistyped, put right by their sound."""
