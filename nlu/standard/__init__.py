"""What was said in standard Mandarin, with the original kept beside it: dialect, misheard words, speech habits."""
