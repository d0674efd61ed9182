/** Feedback that is sent until it is answered, and is stored once; and what was stored, read back. */

const ATTEMPTS = 4;
const PAGE = 100; // rows
const LONGEST_PAUSE = 10; // seconds; where the API asks for more, the visitor has to try again

/**
 * The latest request of each metric and inference that was not answered: its body, and its
 * Idempotency-Key, which the same request has when it is sent again. Once something else is sent in
 * between, the same words are a new request: whoever votes up, down, and up again means up.
 */
const unanswered = new Map();

/**
 * Send feedback, as in { metric_name: "liked", inference_id: "…", value: true }.
 *
 * `getToken` fetches the end user's token, `onRetry` is called before each further attempt. Returns
 * what becomes of it: { status, code, error }; the code is "stored" if it is stored.
 */
export async function send(url, feedback, getToken, onRetry) {
  const body = JSON.stringify(feedback);
  const slot = JSON.stringify([url, feedback.metric_name, feedback.inference_id]);
  const before = unanswered.get(slot);
  const key = before?.body === body ? before.key : crypto.randomUUID();
  unanswered.set(slot, { body, key });
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await post(url, body, key, getToken);
    const seconds = outcome.retryAfter || 2 ** attempt / 4;
    if (!isRetryable(outcome) || attempt === ATTEMPTS || seconds > LONGEST_PAUSE) {
      // A refusal stores no key, but an attempt before it may have: only what is stored is over.
      if (outcome.code === "stored") unanswered.delete(slot);
      return outcome;
    }
    onRetry();
    await pause(seconds);
  }
}

/**
 * Read what the end user has voted last on an inference, wherever it was: null if nothing. Returns
 * undefined if that cannot be read: the token has no claim `read`, or the API is out of reach.
 */
export async function latestVote(url, metric, inferenceId, getToken) {
  try {
    const token = await getToken();
    if (!claims(token).read) return undefined;
    for (let before = ""; before !== undefined; ) {
      const page = await list(url, inferenceId, before, token);
      const vote = page.feedback.find((row) => row.metric_name === metric);
      if (vote) return vote.value;
      before = page.next ?? (page.feedback.length === PAGE ? page.feedback.at(-1).id : undefined);
    }
    return null;
  } catch {
    return undefined;
  }
}

/** Read a page, the newest rows first; it may be shorter, and then says where to go on. */
async function list(url, inferenceId, before, token) {
  const query = new URLSearchParams({ limit: PAGE, ...(before && { before }) });
  const response = await fetch(`${url}/internal/feedback/${inferenceId}?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

async function post(url, body, key, getToken) {
  let token = "";
  try {
    token = await getToken();
    if (!token) throw new Error("no token");
    const response = await fetch(`${url}/feedback`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body,
      keepalive: true, // a vote arrives although its page is left
    });
    return await read(response);
  } catch {
    return { status: 0, code: guess(token) };
  }
}

/** Read an answer: the API's own has a code, API Gateway's has only a status. */
async function read(response) {
  if (response.ok) return { status: response.status, code: "stored" };
  const { code = `http_${response.status}`, error } = await response.json().catch(() => ({}));
  return {
    status: response.status,
    code,
    error,
    retryAfter: Number(response.headers.get("retry-after")),
  };
}

/**
 * Say why there is no answer that can be read. The browser does not: it could be the network, or
 * an origin that the API does not allow, or a refusal of API Gateway's, if it has no CORS headers.
 * That the token has expired is the one reason among them that the token itself tells.
 */
function guess(token) {
  if (!token) return "no_token";
  if (!navigator.onLine) return "offline";
  return claims(token).exp * 1000 <= Date.now() ? "credential_expired" : "unreachable";
}

function claims(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}

function isRetryable({ status, code }) {
  return code === "unreachable" || status === 429 || status === 503;
}

function pause(seconds) {
  const spread = 1 + Math.random() / 2; // not all pages at the same moment
  return new Promise((resolve) => setTimeout(resolve, seconds * spread * 1000));
}
