# target_sources(waymark_common PRIVATE ...): uuid, keys, tokens, click lines, records, ranges
