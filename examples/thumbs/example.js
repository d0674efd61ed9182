/**
 * What an application does otherwise: say where feedback is sent, on what, and with which token.
 *
 * An application writes the first two into the page, and its `getToken` asks its own server, which
 * knows who is logged in and mints a token for just that. This example has no server, so all three
 * come in the link's fragment. A browser sends a fragment to nobody: it is in no server's log. The
 * token is taken out of the address bar at once, and is kept in this variable only. (The browser
 * itself remembers how the page was opened: one more reason to ask a server instead.)
 */

import { attach } from "./thumbs.js";

const given = new URLSearchParams(location.hash.slice(1));
const token = given.get("token");
given.delete("token");
history.replaceState(null, "", `#${given}`);
addEventListener("hashchange", () => location.reload()); // another link, in the same tab

const section = document.querySelector(".thumbs");
section.dataset.url = given.get("url");
section.dataset.inferenceId = given.get("inference_id");
section.dataset.renew = "Open the link that you were given once more.";
attach(section, () => token);
