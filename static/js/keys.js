/* A key, fingerprint or face that was not accepted, or a person who pressed "cancel": said on the page. */
"use strict";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("webauthn_failed");
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
});
