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
  http/listener.cpp
  http/server.cpp
  http/session.cpp
  redis/away_log.cpp
  redis/command.cpp
  redis/connection.cpp
  redis/connection_life.cpp
  redis/handshake.cpp
  redis/reply.cpp
  redis/reply_queue.cpp
  redis/url.cpp
)
