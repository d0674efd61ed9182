/** Two thumbs and a comment box: what is pressed is sent, and the page says what became of it. */

import { latestVote, send } from "./feedback.js";

const AGAIN = "Try again: however often you do, it counts once.";
const BUSY = `The feedback service is busy. ${AGAIN}`;
const WORDS = {
  already_voted: "You have voted on this answer before, and that vote counts.",
  credential_expired: "Your permission to give feedback has expired.",
  http_401: "Your permission to give feedback was not accepted.",
  http_403: "Your permission to give feedback was not accepted.",
  http_429: BUSY,
  http_503: BUSY,
  no_token: "This page has no permission to give feedback.",
  not_granted: "You may not give this feedback: your permission is for something else.",
  offline: `You are offline. ${AGAIN}`,
  storage_unavailable: BUSY,
  unreachable:
    "The feedback service cannot be reached, or it does not accept feedback from" +
    ` ${location.origin}. ${AGAIN}`,
};

/** The problems that a new token solves. */
const RENEWABLE = new Set(["credential_expired", "http_401", "http_403", "no_token"]);
const RELOAD = "Reload the page to get a new one.";

/**
 * Let a section of the page take feedback. Its attributes data-url, data-inference-id and
 * data-metric say where it is sent, on what, and which metric the thumbs give; data-renew, how a
 * visitor gets a new permission, if not by reloading the page. `getToken` returns an end user's
 * token, or a promise of one, and is called for each attempt. What was voted before is shown: read
 * from the API if the token has the claim `read`, else as this tab has kept it.
 */
export function attach(section, getToken) {
  const form = section.querySelector("form");
  const status = section.querySelector("[role=status]");
  const thumbs = section.querySelectorAll("[name=vote]");
  const { metric, inferenceId } = section.dataset;
  const kept = `feedback ${metric} ${inferenceId}`;
  let busy = false;
  let voted = false;

  function say(state, text) {
    status.dataset.state = state;
    status.textContent = text;
    status.scrollIntoView({ block: "nearest" });
  }

  function press(value) {
    for (const thumb of thumbs) thumb.ariaPressed = String(thumb.value === value);
  }

  /** Send one feedback at a time; return whether it is stored. */
  async function give(metric, value, thanks) {
    if (busy) return false;
    busy = true;
    section.ariaBusy = "true";
    say("sending", "Sending …");
    const feedback = { metric_name: metric, inference_id: inferenceId, value };
    const outcome = await send(section.dataset.url, feedback, getToken, () => {
      say("sending", "The feedback service does not answer. Trying again …");
    });
    section.ariaBusy = "false";
    busy = false;
    const stored = outcome.code === "stored";
    say(stored ? "stored" : "problem", stored ? thanks : explain(outcome, section.dataset.renew ?? RELOAD));
    return stored;
  }

  for (const thumb of thumbs) {
    thumb.addEventListener("click", async () => {
      if (thumb.ariaPressed === "true") return;
      const value = thumb.value === "true";
      if (await give(metric, value, "Thank you. Your vote is stored.")) {
        voted = true;
        sessionStorage.setItem(kept, thumb.value);
        press(thumb.value);
      }
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = form.comment.value.trim();
    if (text === "") {
      say("problem", "There is no comment yet.");
      form.comment.focus();
    } else if (await give("comment", text, "Thank you. Your comment is stored.")) {
      form.reset();
    }
  });

  press(sessionStorage.getItem(kept));
  latestVote(section.dataset.url, metric, inferenceId, getToken).then((vote) => {
    if (vote !== undefined && !voted) press(String(vote));
  });
}

function explain({ status, code, error }, renew) {
  if (RENEWABLE.has(code)) return `${WORDS[code]} ${renew}`;
  if (code in WORDS) return WORDS[code];
  if (status >= 500) return `Something went wrong at the feedback service (${status}). ${AGAIN}`;
  return `This feedback was not accepted: ${error ?? status}.`;
}
