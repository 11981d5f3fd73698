// Passkeys: the browser makes or uses one, and its answer goes with the form. Where it cannot, no button is shown.
(() => {
  const form = document.getElementById("passkey");
  if (!form || !window.webauthnJSON?.supported()) return;
  form.hidden = false;
  const kept = document.getElementById("passkey-options");

  async function options() {
    if (kept) return JSON.parse(kept.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return answer.json();
  }

  // A key that signs in alone must keep the account's name itself, and must know its owner.
  function wanted(creation) {
    const alone = document.getElementById("id_passwordless").checked;
    const choice = alone ? { residentKey: "required", requireResidentKey: true, userVerification: "required" } : { residentKey: "discouraged", requireResidentKey: false };
    Object.assign(creation.publicKey.authenticatorSelection, choice);
    return creation;
  }

  async function answer(kind) {
    const given = await options();
    return kind === "create" ? webauthnJSON.create(wanted(given.creation_options)) : webauthnJSON.get(given.request_options);
  }

  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-passkey]");
    if (!button) return;
    try {
      form.elements.credential.value = JSON.stringify(await answer(button.dataset.passkey));
    } catch {
      desk.toast(button.dataset.failed, true);
      return;
    }
    form.submit();
  });
})();
