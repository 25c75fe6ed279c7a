# What both programs show their operators.
target_sources(waymark_common PRIVATE
  version.cpp
  admin/admin_pages.cpp
)
set_source_files_properties(version.cpp PROPERTIES
  COMPILE_DEFINITIONS "WAYMARK_VERSION=\"${PROJECT_VERSION}\"")
