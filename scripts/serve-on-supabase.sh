#!/bin/sh
# Takes the variables of the Supabase CLI's local stack over and serves on it.
set -eu

status=$(npx supabase status -o env)
value() { printf '%s\n' "$status" | sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p"; }

SUPABASE_URL=$(value API_URL)
SUPABASE_ANON_KEY=$(value ANON_KEY)
SUPABASE_SERVICE_KEY=$(value SERVICE_ROLE_KEY)
SUPABASE_JWT_SECRET=$(value JWT_SECRET)
LOG_FORMAT=${LOG_FORMAT:-pretty}
export SUPABASE_URL SUPABASE_ANON_KEY SUPABASE_SERVICE_KEY SUPABASE_JWT_SECRET LOG_FORMAT
exec cargo run --quiet -- serve
