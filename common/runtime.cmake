# What a running program needs: log, metrics, settings, Redis, HTTP.
target_sources(waymark_common PRIVATE
  log.cpp
  log_repeat.cpp
  metrics.cpp
  process_stats.cpp
  settings/bind.cpp
  settings/environment.cpp
  settings/file.cpp
  settings/flags.cpp
  settings/load.cpp
  settings/mask.cpp
  settings/nearest_name.cpp
  settings/table.cpp
  settings/units.cpp
  redis/command.cpp
  redis/reply.cpp
  redis/url.cpp
)
