"""Calls: transports, turn taking, recognition and synthesis. Built next; nothing is here yet."""
