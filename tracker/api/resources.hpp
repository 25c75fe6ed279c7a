// The resources of /v1, one file each; api.cpp lists them in the route table.
#pragma once

#include "tracker/api/call.hpp"

namespace waymark::tracker::resources {

Checked<ApiAnswer> list_links(const Call& call);
Checked<ApiAnswer> create_link(const Call& call);
Checked<ApiAnswer> create_links(const Call& call);
Checked<ApiAnswer> read_link(const Call& call);
Checked<ApiAnswer> change_link(const Call& call);

Checked<ApiAnswer> list_campaigns(const Call& call);
Checked<ApiAnswer> create_campaign(const Call& call);
Checked<ApiAnswer> read_campaign(const Call& call);
Checked<ApiAnswer> change_campaign(const Call& call);

Checked<ApiAnswer> list_domains(const Call& call);
Checked<ApiAnswer> create_domain(const Call& call);
Checked<ApiAnswer> read_domain(const Call& call);
Checked<ApiAnswer> change_domain(const Call& call);
Checked<ApiAnswer> remove_domain(const Call& call);

Checked<ApiAnswer> list_clicks(const Call& call);
Checked<ApiAnswer> read_click(const Call& call);
Checked<ApiAnswer> export_clicks(const Call& call);

Checked<ApiAnswer> list_dead_letters(const Call& call);
Checked<ApiAnswer> replay_dead_letters(const Call& call);

Checked<ApiAnswer> resolve_attribution(const Call& call);

Checked<ApiAnswer> read_status(const Call& call);

}  // namespace waymark::tracker::resources
