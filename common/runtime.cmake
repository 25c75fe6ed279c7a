# target_sources(waymark_common PRIVATE ...): log, metrics, settings, redis/, http/
