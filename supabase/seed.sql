-- Demonstration data for local stacks: the account demo@example.com with password `interview-demo` and one
-- finished interview. Idempotent. `supabase db reset` runs it locally; `supabase db push` leaves it out
-- unless told `--include-seed`, which is not for hosted projects: the password stands here.

do $seed$
declare
  v_user constant uuid := '00000000-0000-4000-8000-000000000001';
  v_session constant uuid := '00000000-0000-4000-8000-000000000101';
begin
  -- Empty strings, not NULL: GoTrue cannot read an account whose token columns are NULL.
  insert into auth.users (
    instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
    confirmation_token, recovery_token, email_change_token_new, email_change,
    raw_app_meta_data, raw_user_meta_data, created_at, updated_at
  ) values (
    '00000000-0000-0000-0000-000000000000', v_user, 'authenticated', 'authenticated', 'demo@example.com',
    '$2a$10$vm6m2KmATsKmi3OEyHasGuQFCbnXcyooDC29QDAJO9hxbznv6svn.', now(),
    '', '', '', '',
    '{"provider": "email", "providers": ["email"]}', '{"name": "Demo"}', now(), now()
  ) on conflict do nothing;

  -- An account of that address that somebody registered is left alone, and gets no example.
  if not exists (select from public.users where id = v_user) then
    return;
  end if;

  -- How the account signs in. The table is GoTrue's (or its mock's), made when that first runs.
  if to_regclass('auth.identities') is not null then
    execute $identity$
      insert into auth.identities (
        provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
      ) values (
        $1::text, $1,
        jsonb_build_object('sub', $1::text, 'email', 'demo@example.com', 'email_verified', true),
        'email', now(), now(), now()
      ) on conflict do nothing
    $identity$ using v_user;
  end if;

  insert into public.interview_sessions (
    session_id, user_id, status, version, base_version, session_config, session_stats, final_summary
  ) values (
    v_session, v_user, 'completed', 7, 7,
    '{"job_role": "Backend engineer", "style": "casual", "difficulty": "easy", "target_question_count": 1}',
    '{}',
    '{
      "status": "completed",
      "patterns_tendencies": "The answer was concrete and named its own part in the work.",
      "strengths": "A real incident, told in order.",
      "weaknesses": "The result was not measured.",
      "improvement_focus_areas": "End each story with a number.",
      "recommended_resources": []
    }'
  ) on conflict do nothing;

  insert into public.interview_turns (
    session_id, turn_no, turn_id, user_id, message, question_no, version, accepted_at, completed_at, reply, feedback
  ) values
    (
      v_session, 0, 'demo-introduction', v_user, null, null, 2, now(), now(),
      '{"role": "assistant", "agent": "interviewer", "response_type": "introduction",
        "content": "Hello! Tell me about a fault you found in production."}',
      null
    ),
    (
      v_session, 1, 'demo-answer', v_user,
      'A cache served one user''s page to another. I wrote the test that showed it, then keyed the cache by owner.',
      0, 5, now(), now(),
      '{"role": "assistant", "agent": "interviewer", "response_type": "closing",
        "content": "Thank you, that is all I wanted to ask."}',
      '{"status": "ready", "feedback": "Clear and in order. Say how you knew that the fix worked."}'
    )
  on conflict do nothing;
end
$seed$;
