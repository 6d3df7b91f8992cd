// The unmodified @supabase/supabase-js against the stack: what a Supabase application does must work here
// as it does there. Wants SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY and MAIL_URL (a JSON
// list of the e-mails sent: to, kind, link, token, token_hash).
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import { createClient } from '@supabase/supabase-js'

const url = setting('SUPABASE_URL')
const anonKey = setting('SUPABASE_ANON_KEY')
const serviceKey = setting('SUPABASE_SERVICE_ROLE_KEY')
const mailUrl = setting('MAIL_URL')

const PASSWORD = 'Wonder-land-42'

function setting(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

function client(key = anonKey, headers = {}) {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { headers },
    // Unused here; without one the client refuses to start on a Node.js that has no WebSocket of its own.
    realtime: { transport: globalThis.WebSocket ?? class {} },
  })
}

function address(name = 'ada') {
  return `${name}.${randomUUID()}@example.com`
}

async function mailsTo(to, kind) {
  const mails = await (await fetch(mailUrl)).json()
  return mails.filter((mail) => mail.to === to && mail.kind === kind)
}

async function lastMail(to, kind) {
  const mail = (await mailsTo(to, kind)).at(-1)
  assert.ok(mail, `no ${kind} e-mail was sent`)
  return mail
}

function ok({ data, error }) {
  assert.equal(error, null)
  return data
}

/** A signed-in client; confirms the address by its e-mail where the stack wants that. */
async function registered(name = 'Ada Lovelace') {
  const email = address()
  const supabase = client()
  const { session } = ok(await supabase.auth.signUp({ email, password: PASSWORD, options: { data: { name } } }))
  if (!session) {
    const { token_hash } = await lastMail(email, 'signup')
    ok(await supabase.auth.verifyOtp({ type: 'signup', token_hash }))
  }
  const { user } = ok(await supabase.auth.getUser())
  return { supabase, email, user }
}

function refused(result, status, code) {
  assert.ok(result.error, 'this should have been refused')
  assert.deepEqual({ status: result.error.status, code: result.error.code }, { status, code })
}

test('a registration makes an account with its name, and a profile through the trigger', async () => {
  const { supabase, email, user } = await registered('Grace Hopper')
  assert.equal(user.email, email)
  assert.equal(user.user_metadata.name, 'Grace Hopper')
  assert.equal(user.is_anonymous, false)
  const profile = ok(await supabase.from('users').select('id, email, name').single())
  assert.deepEqual(profile, { id: user.id, email, name: 'Grace Hopper' })
})

test('an address is stored in lower case and found in any', async () => {
  const { email } = await registered()
  const { user } = ok(await client().auth.signInWithPassword({ email: email.toUpperCase(), password: PASSWORD }))
  assert.equal(user.email, email)
})

test('a taken address is told only where addresses need no confirmation', async () => {
  const { email } = await registered()
  const { data, error } = await client().auth.signUp({ email, password: PASSWORD })
  if (error) refused({ error }, 422, 'user_already_exists')
  else assert.deepEqual({ identities: data.user.identities, session: data.session }, { identities: [], session: null })
})

test('a weak password is refused with its reasons', async () => {
  const result = await client().auth.signUp({ email: address(), password: 'short' })
  refused(result, 422, 'weak_password')
  assert.equal(result.error.name, 'AuthWeakPasswordError')
  assert.deepEqual(result.error.reasons, ['length'])
})

test('a malformed address is refused', async () => {
  refused(await client().auth.signUp({ email: 'not-an-address', password: PASSWORD }), 400, 'validation_failed')
})

test('wrong credentials are refused alike for known and unknown addresses', async () => {
  const { email } = await registered()
  const wrong = await client().auth.signInWithPassword({ email, password: 'nope-nope-nope' })
  const unknown = await client().auth.signInWithPassword({ email: address('nobody'), password: PASSWORD })
  refused(wrong, 400, 'invalid_credentials')
  refused(unknown, 400, 'invalid_credentials')
  assert.equal(wrong.error.message, unknown.error.message)
})

test('a guest signs in anonymously and keeps everything when becoming permanent', async () => {
  const supabase = client()
  const { user } = ok(await supabase.auth.signInAnonymously({ options: { data: { name: 'Guest' } } }))
  assert.equal(user.is_anonymous, true)
  const row = ok(await supabase.from('interview_sessions').insert({}).select('session_id').single())

  const email = address('guest')
  const { user: changed } = ok(await supabase.auth.updateUser({ email, data: { name: 'Grace' } }))
  if (changed.email !== email) {
    const { token_hash } = await lastMail(email, 'email_change')
    ok(await supabase.auth.verifyOtp({ type: 'email_change', token_hash }))
  }
  ok(await supabase.auth.updateUser({ password: PASSWORD }))

  const again = client()
  const { user: permanent } = ok(await again.auth.signInWithPassword({ email, password: PASSWORD }))
  assert.equal(permanent.id, user.id)
  assert.equal(permanent.is_anonymous, false)
  assert.deepEqual(ok(await again.from('interview_sessions').select('session_id')), [row])
})

test('a guest sets no password without an address', async () => {
  const supabase = client()
  ok(await supabase.auth.signInAnonymously())
  refused(await supabase.auth.updateUser({ password: PASSWORD }), 422, 'validation_failed')
})

test('the claims verify, by the published keys when they are asymmetric', async () => {
  const { supabase, user } = await registered()
  const { claims } = ok(await supabase.auth.getClaims())
  assert.equal(claims.sub, user.id)
  assert.equal(claims.role, 'authenticated')
  assert.equal(claims.aal, 'aal1')
  assert.equal(claims.is_anonymous, false)
  assert.match(claims.session_id, /^[0-9a-f-]{36}$/)
})

test('a refresh rotates the token, and many at once answer the same successor', async () => {
  const { supabase } = await registered()
  const { session: first } = ok(await supabase.auth.getSession())
  const refresh = async () => ok(await client().auth.refreshSession({ refresh_token: first.refresh_token })).session
  const sessions = await Promise.all(Array.from({ length: 5 }, refresh))
  const successors = new Set(sessions.map((session) => session.refresh_token))
  assert.equal(successors.size, 1)
  assert.ok(!successors.has(first.refresh_token))
})

test('an unknown refresh token is refused', async () => {
  refused(await client().auth.refreshSession({ refresh_token: 'doesnotexist' }), 400, 'refresh_token_not_found')
})

test('metadata is merged, null removes, and the profile follows', async () => {
  const { supabase } = await registered('Ada')
  ok(await supabase.auth.updateUser({ data: { colour: 'green' } }))
  const { user } = ok(await supabase.auth.updateUser({ data: { name: 'Countess', colour: null } }))
  assert.equal(user.user_metadata.name, 'Countess')
  assert.ok(!('colour' in user.user_metadata))
  assert.equal(ok(await supabase.from('users').select('name').single()).name, 'Countess')
})

test('a new password must differ, and ends the other sessions', async () => {
  const { supabase, email } = await registered()
  const other = client()
  ok(await other.auth.signInWithPassword({ email, password: PASSWORD }))
  refused(await supabase.auth.updateUser({ password: PASSWORD }), 422, 'same_password')
  ok(await supabase.auth.updateUser({ password: `${PASSWORD}!` }))
  refused(await client().auth.signInWithPassword({ email, password: PASSWORD }), 400, 'invalid_credentials')
  const { session } = ok(await other.auth.getSession())
  refused(await client().auth.refreshSession(session), 400, 'refresh_token_not_found')
  ok(await supabase.auth.getUser())
})

test('a new address waits for the consent of both mailboxes, or of one where addresses need none', async () => {
  const { supabase, email } = await registered()
  const wanted = address('countess')
  const { user } = ok(await supabase.auth.updateUser({ email: wanted }))
  assert.deepEqual([user.email, user.new_email], [email, wanted])
  const [present] = await mailsTo(email, 'email_change')
  const [future] = await mailsTo(wanted, 'email_change')
  const consents = (mail) => supabase.auth.verifyOtp({ type: 'email_change', token_hash: mail.token_hash })
  const { session } = ok(await consents(present))
  if (!session) ok(await consents(future))
  else refused(await consents(future), 403, 'otp_expired')
  ok(await client().auth.signInWithPassword({ email: wanted, password: PASSWORD }))
})

test('a forgotten password is replaced by way of the e-mail, whose token works once', async () => {
  const { email } = await registered()
  ok(await client().auth.resetPasswordForEmail(email))
  const { token_hash } = await lastMail(email, 'recovery')
  const recovering = client()
  const { session } = ok(await recovering.auth.verifyOtp({ type: 'recovery', token_hash }))
  assert.ok(session.access_token)
  ok(await recovering.auth.updateUser({ password: `${PASSWORD}-new` }))
  ok(await client().auth.signInWithPassword({ email, password: `${PASSWORD}-new` }))
  refused(await client().auth.verifyOtp({ type: 'recovery', token_hash }), 403, 'otp_expired')
})

test('the six digits work like the link, for their address alone', async () => {
  const { email } = await registered()
  ok(await client().auth.resetPasswordForEmail(email))
  const { token } = await lastMail(email, 'recovery')
  assert.match(token, /^\d{6}$/)
  refused(await client().auth.verifyOtp({ type: 'recovery', email: address('mallory'), token }), 403, 'otp_expired')
  const { user } = ok(await client().auth.verifyOtp({ type: 'recovery', email, token }))
  assert.equal(user.email, email)
})

test('the link in the e-mail redirects with a session in the fragment, never to a foreign host', async () => {
  const { email } = await registered()
  ok(await client().auth.resetPasswordForEmail(email, { redirectTo: 'https://mallory.example/steal' }))
  const { link } = await lastMail(email, 'recovery')
  const answer = await fetch(link, { redirect: 'manual', headers: { apikey: anonKey } })
  assert.equal(answer.status, 303)
  const target = new URL(answer.headers.get('location'))
  assert.notEqual(target.hostname, 'mallory.example')
  const fragment = new URLSearchParams(target.hash.slice(1))
  assert.equal(fragment.get('type'), 'recovery')
  ok(await client().auth.getUser(fragment.get('access_token')))
})

test('a forgotten password of an unknown address is answered alike', async () => {
  ok(await client().auth.resetPasswordForEmail(address('nobody')))
})

test('signing out ends this session and no other', async () => {
  const { supabase, email } = await registered()
  const other = client()
  ok(await other.auth.signInWithPassword({ email, password: PASSWORD }))
  const { session } = ok(await supabase.auth.getSession())
  ok({ ...(await supabase.auth.signOut({ scope: 'local' })), data: null })
  const gone = await client().auth.getUser(session.access_token)
  assert.equal(gone.error.name, 'AuthSessionMissingError')
  refused(await client().auth.refreshSession(session), 400, 'refresh_token_not_found')
  ok(await other.auth.getUser())
})

test('signing out everywhere ends every session', async () => {
  const { supabase, email } = await registered()
  const other = client()
  ok(await other.auth.signInWithPassword({ email, password: PASSWORD }))
  ok({ ...(await supabase.auth.signOut({ scope: 'global' })), data: null })
  assert.ok((await other.auth.getUser()).error)
})

test('only the service key deletes an account, and everything of it goes', async () => {
  const { supabase, email, user } = await registered()
  const row = ok(await supabase.from('interview_sessions').insert({}).select('session_id').single())
  const attempt = await client().auth.admin.deleteUser(user.id)
  assert.ok([401, 403].includes(attempt.error?.status), `got ${attempt.error?.status}`)
  const admin = client(serviceKey)
  assert.equal(ok(await admin.auth.admin.getUserById(user.id)).user.email, email)
  ok(await admin.auth.admin.deleteUser(user.id))
  refused(await admin.auth.admin.deleteUser(user.id), 404, 'user_not_found')
  refused(await client().auth.signInWithPassword({ email, password: PASSWORD }), 400, 'invalid_credentials')
  assert.deepEqual(ok(await admin.from('interview_sessions').select().eq('session_id', row.session_id)), [])
})

test('an administrator makes a confirmed account', async () => {
  const email = address('made')
  const made = { email, password: PASSWORD, email_confirm: true, user_metadata: { name: 'Made' } }
  const { user } = ok(await client(serviceKey).auth.admin.createUser(made))
  assert.equal(user.user_metadata.name, 'Made')
  ok(await client().auth.signInWithPassword({ email, password: PASSWORD }))
  refused(await client(serviceKey).auth.admin.createUser(made), 422, 'email_exists')
})

test('an administrator bans a user, who then gets in by no way until the ban is lifted', async () => {
  const { supabase, email, user } = await registered()
  const { session } = ok(await supabase.auth.getSession())
  const { admin } = client(serviceKey).auth
  const banned = ok(await admin.updateUserById(user.id, { ban_duration: '1h30m' })).user
  assert.ok(Date.parse(banned.banned_until) > Date.now())
  refused(await client().auth.signInWithPassword({ email, password: PASSWORD }), 400, 'user_banned')
  refused(await client().auth.signInWithPassword({ email, password: 'wrong-password' }), 400, 'user_banned')
  refused(await client().auth.refreshSession(session), 400, 'user_banned')
  refused(await client().auth.getUser(session.access_token), 403, 'user_banned')
  ok(await client().auth.resetPasswordForEmail(email))
  const { token_hash, token } = await lastMail(email, 'recovery')
  refused(await client().auth.verifyOtp({ type: 'recovery', token_hash }), 403, 'user_banned')
  refused(await client().auth.verifyOtp({ type: 'recovery', email, token }), 403, 'user_banned')
  ok(await admin.updateUserById(user.id, { ban_duration: 'none' }))
  ok(await client().auth.signInWithPassword({ email, password: PASSWORD }))
  refused(await admin.updateUserById(user.id, { ban_duration: 'soon' }), 400, 'validation_failed')
})

test('an administrator changes address, password and metadata', async () => {
  const { email, user } = await registered('Ada')
  const { admin } = client(serviceKey).auth
  const changed = address('changed')
  const change = { email: changed, password: `${PASSWORD}-new`, email_confirm: true, user_metadata: { colour: 'green' } }
  const { user: after } = ok(await admin.updateUserById(user.id, { ...change, app_metadata: { plan: 'team' } }))
  assert.equal(after.email, changed)
  assert.deepEqual([after.user_metadata.name, after.user_metadata.colour], ['Ada', 'green'])
  assert.deepEqual([after.app_metadata.plan, after.app_metadata.provider], ['team', 'email'])
  ok(await client().auth.signInWithPassword({ email: changed, password: `${PASSWORD}-new` }))
  refused(await client().auth.signInWithPassword({ email, password: PASSWORD }), 400, 'invalid_credentials')
  refused(await admin.updateUserById(user.id, { password: 'short' }), 422, 'weak_password')
  refused(await admin.updateUserById(user.id, { email: 'nobody' }), 400, 'validation_failed')
  refused(await admin.updateUserById(randomUUID(), {}), 404, 'user_not_found')
})

test('an administrator lists accounts page by page, newest first', async () => {
  const { user: older } = await registered()
  const { user: newer } = await registered()
  const { admin } = client(serviceKey).auth
  const { users, total, nextPage } = ok(await admin.listUsers({ page: 1, perPage: 1 }))
  assert.equal(users.length, 1)
  assert.ok(total >= 2 && nextPage === 2, `${total} ${nextPage}`)
  const everybody = ok(await admin.listUsers({ page: 1, perPage: 1000 })).users.map(({ id }) => id)
  assert.ok(everybody.includes(older.id) && everybody.indexOf(newer.id) < everybody.indexOf(older.id))
  assert.deepEqual(ok(await admin.listUsers({ page: 100000, perPage: 50 })).users, [])
  assert.ok([401, 403].includes((await client().auth.admin.listUsers()).error.status))
})

test('metadata of a made account is what was given, and the defaults of a project', async () => {
  const { admin } = client(serviceKey).auth
  const made = { email: address('made'), user_metadata: { name: 'Made' }, app_metadata: { plan: 'team' } }
  const { user } = ok(await admin.createUser(made))
  assert.deepEqual(user.user_metadata, { name: 'Made' })
  assert.deepEqual(user.app_metadata, { plan: 'team', provider: 'email', providers: ['email'] })
  assert.equal(user.identities[0].identity_data.email, made.email)
  refused(await admin.createUser({ email: 'nobody', password: PASSWORD }), 400, 'validation_failed')
  refused(await admin.createUser({}), 400, 'validation_failed')
})

test('an account deleted softly keeps its row and nothing else', async () => {
  const { email, user } = await registered('Ada')
  const { admin } = client(serviceKey).auth
  ok(await admin.deleteUser(user.id, true))
  const { user: left } = ok(await admin.getUserById(user.id))
  assert.ok(left.deleted_at)
  assert.notEqual(left.email, email)
  assert.deepEqual(left.user_metadata, {})
  refused(await client().auth.signInWithPassword({ email, password: PASSWORD }), 400, 'invalid_credentials')
  ok(await client().auth.signUp({ email, password: PASSWORD }))
})

test('a link or digits by e-mail sign in, and sign up whoever is new', async () => {
  const { email, user } = await registered()
  ok(await client().auth.signInWithOtp({ email }))
  const { token } = await lastMail(email, 'magiclink')
  const signedIn = ok(await client().auth.verifyOtp({ type: 'email', email, token }))
  assert.equal(signedIn.user.id, user.id)

  const unknown = address('new')
  refused(await client().auth.signInWithOtp({ email: unknown, options: { shouldCreateUser: false } }), 422, 'otp_disabled')
  ok(await client().auth.signInWithOtp({ email: unknown, options: { data: { name: 'New' } } }))
  const [mail] = [...(await mailsTo(unknown, 'magiclink')), ...(await mailsTo(unknown, 'signup'))]
  const made = ok(await client().auth.verifyOtp({ type: 'email', token_hash: mail.token_hash }))
  assert.deepEqual([made.user.email, made.user.user_metadata.name], [unknown, 'New'])
  refused(await client().auth.signInWithOtp({ email: 'nobody' }), 400, 'validation_failed')
})

test('an invitation makes an account that its reader opens', async () => {
  const { admin } = client(serviceKey).auth
  const email = address('invited')
  const { user } = ok(await admin.inviteUserByEmail(email, { data: { name: 'Invited' } }))
  assert.ok(user.invited_at && !user.email_confirmed_at)
  const { token_hash } = await lastMail(email, 'invite')
  const supabase = client()
  ok(await supabase.auth.verifyOtp({ type: 'invite', token_hash }))
  ok(await supabase.auth.updateUser({ password: PASSWORD }))
  const { user: opened } = ok(await client().auth.signInWithPassword({ email, password: PASSWORD }))
  assert.equal(opened.user_metadata.name, 'Invited')
  refused(await admin.inviteUserByEmail(email), 422, 'email_exists')
  refused(await admin.inviteUserByEmail('nobody'), 400, 'validation_failed')
})

test('an administrator is handed the links that e-mails would hold', async () => {
  const { admin } = client(serviceKey).auth
  const email = address('linked')
  const signup = ok(await admin.generateLink({ type: 'signup', email, password: PASSWORD }))
  assert.equal(signup.properties.verification_type, 'signup')
  assert.deepEqual(await mailsTo(email, 'signup'), [])
  const answer = await fetch(signup.properties.action_link, { redirect: 'manual', headers: { apikey: anonKey } })
  assert.match(answer.headers.get('location'), /access_token=/)
  const recovery = ok(await admin.generateLink({ type: 'recovery', email })).properties
  ok(await client().auth.verifyOtp({ type: 'recovery', token_hash: recovery.hashed_token }))
  const magic = ok(await admin.generateLink({ type: 'magiclink', email })).properties
  ok(await client().auth.verifyOtp({ type: 'magiclink', email, token: magic.email_otp }))
  const newEmail = address('new')
  const change = ok(await admin.generateLink({ type: 'email_change_current', email, newEmail }))
  assert.equal(change.user.new_email, newEmail)
  refused(await admin.generateLink({ type: 'signup', email, password: PASSWORD }), 422, 'email_exists')
  refused(await admin.generateLink({ type: 'recovery', email: address('nobody') }), 404, 'user_not_found')
  const stranger = ok(await admin.generateLink({ type: 'magiclink', email: address('stranger') })).properties
  assert.equal(stranger.verification_type, 'signup')
})

test('who is signed in asks for digits to prove it again', async () => {
  const { supabase, email } = await registered()
  ok(await supabase.auth.reauthenticate())
  assert.match((await lastMail(email, 'reauthentication')).token, /^\d{6}$/)
  const guest = client()
  ok(await guest.auth.signInAnonymously())
  refused(await guest.auth.reauthenticate(), 400, 'validation_failed')
})

test('proofs that are none are refused in their own words', async () => {
  const { email } = await registered()
  const verify = (proof) => client().auth.verifyOtp(proof)
  refused(await verify({ type: 'recovery', email, token: '000000' }), 403, 'otp_expired')
  refused(await verify({ type: 'email', token_hash: 'nonsense' }), 403, 'otp_expired')
  refused(await verify({ type: 'nonsense', token_hash: 'nonsense' }), 400, 'validation_failed')
  refused(await verify({ type: 'email', email: 'nobody', token: '000000' }), 422, 'validation_failed')
  refused(await verify({ type: 'sms', phone: '+41790000000', token: '000000' }), 403, 'otp_expired')
  refused(await verify({ type: 'sms', phone: 'nobody', token: '000000' }), 400, 'validation_failed')
  refused(await verify({ type: 'email', email }), 400, 'validation_failed')
})

test('no refresh token at all, one of another form and one unknown are told apart', async () => {
  const refresh = (refresh_token) => client().auth.refreshSession({ refresh_token })
  for (const malformed of ['short', 'unknown-token', 'UPPERCASE123', 'a'.repeat(13)])
    refused(await refresh(malformed), 400, 'validation_failed')
  refused(await refresh('doesnotexist'), 400, 'refresh_token_not_found')
})

test('what is switched off says so', async () => {
  const { supabase } = await registered()
  refused(await supabase.auth.linkIdentity({ provider: 'github' }), 404, 'manual_linking_disabled')
  refused(await client().auth.signInWithSSO({ domain: 'example.com' }), 404, 'saml_provider_disabled')
  refused(await client().auth.signInWithPassword({ phone: '+41790000000', password: PASSWORD }), 422, 'phone_provider_disabled')
  refused(await client().auth.signInWithOtp({ phone: '+41790000000' }), 400, 'phone_provider_disabled')
})

test('rows are inserted, read and updated by their owner alone', async () => {
  const [{ supabase: ada, user }, { supabase: bob }] = await Promise.all([registered(), registered()])
  const config = { role: 'Engineer' }
  const row = ok(await ada.from('interview_sessions').insert({ session_config: config }).select().single())
  assert.equal(row.user_id, user.id)
  assert.deepEqual(row.session_config, config)
  const mine = (who) => who.from('interview_sessions').select('session_id').eq('session_id', row.session_id)
  assert.equal(ok(await mine(ada)).length, 1)
  assert.deepEqual(ok(await mine(bob)), [])
  const rename = (who) =>
    who.from('interview_sessions').update({ session_config: { role: 'Pilot' } }).eq('session_id', row.session_id).select()
  assert.deepEqual(ok(await rename(bob)), [])
  assert.equal(ok(await rename(ada))[0].session_config.role, 'Pilot')
})

test('a row for somebody else is refused', async () => {
  const [{ supabase: ada }, { user: bob }] = await Promise.all([registered(), registered()])
  const { error, status } = await ada.from('interview_sessions').insert({ user_id: bob.id })
  assert.deepEqual([status, error.code], [403, '42501'])
})

test('no row where one is wanted is an error', async () => {
  const { supabase } = await registered()
  const { error, status } = await supabase.from('interview_sessions').select().eq('session_id', randomUUID()).single()
  assert.deepEqual([status, error.code], [406, 'PGRST116'])
})

test('a function is called, for the owner alone', async () => {
  const [{ supabase: ada }, { supabase: bob }] = await Promise.all([registered(), registered()])
  const { session_id } = ok(await ada.from('interview_sessions').insert({}).select('session_id').single())
  const load = { p_session_id: session_id, p_known_version: null }
  const loaded = ok(await ada.rpc('load_session', load))
  assert.equal(loaded.outcome, 'ok')
  assert.equal(loaded.session.session_id, session_id)
  assert.deepEqual(ok(await bob.rpc('load_session', load)), { outcome: 'not_found' })
})

test('an unknown function, and one for the service alone, are refused', async () => {
  const { supabase } = await registered()
  const unknown = await supabase.rpc('no_such_function')
  assert.deepEqual([unknown.status, unknown.error.code], [404, 'PGRST202'])
  const forbidden = await supabase.rpc('cleanup_completed_tasks')
  assert.deepEqual([forbidden.status, forbidden.error.code], [403, '42501'])
})

test('a guest without an account sees the session it names and no other', async () => {
  const session_id = randomUUID()
  const guest = client(anonKey, { 'x-session-id': session_id })
  ok(await guest.from('interview_sessions').insert({ session_id }))
  assert.deepEqual(ok(await guest.from('interview_sessions').select('session_id')), [{ session_id }])
  assert.deepEqual(ok(await client().from('interview_sessions').select('session_id')), [])
})

test('a wrong key is refused at the gate', async () => {
  const wrong = client('sb_publishable_wrong')
  assert.equal((await wrong.auth.signInWithPassword({ email: address(), password: PASSWORD })).error.status, 401)
  assert.equal((await wrong.from('interview_sessions').select()).status, 401)
})
