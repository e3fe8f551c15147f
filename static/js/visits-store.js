/* What a phone keeps of site visits: in the browser's own database, until it is sent or deleted by a person.
   Photos are kept as bytes, not as Blobs: some browsers lose those. */
"use strict";

window.visitStore = (() => {
  const NAME = "visits", VERSION = 1;
  let opened = null;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("meta");
        request.result.createObjectStore("drafts", { keyPath: "key" });
        request.result.createObjectStore("photos", { keyPath: "id" }).createIndex("visit", "visit");
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => { request.result.close(); opened = null; };
        resolve(request.result);
      };
      request.onerror = () => { opened = null; reject(request.error); };
    });
    return opened;
  }

  /** One transaction; resolves when what was written is really kept. */
  async function within(stores, mode, work) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode);
      let answer;
      const request = work((name) => transaction.objectStore(name));
      if (request) request.onsuccess = () => { answer = request.result; };
      transaction.oncomplete = () => resolve(answer);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    get: (name) => within(["meta"], "readonly", (store) => store("meta").get(name)),
    set: (name, value) => within(["meta"], "readwrite", (store) => store("meta").put(value, name)),
    drafts: () => within(["drafts"], "readonly", (store) => store("drafts").getAll()),
    draft: (key) => within(["drafts"], "readonly", (store) => store("drafts").get(key)),
    keep: (draft) => within(["drafts"], "readwrite", (store) => store("drafts").put(draft)),
    photos: (visit) => within(["photos"], "readonly", (store) => store("photos").index("visit").getAll(visit)),
    keepPhoto: (photo) => within(["photos"], "readwrite", (store) => store("photos").put(photo)),
    dropPhoto: (id) => within(["photos"], "readwrite", (store) => { store("photos").delete(id); }),
    /** The visit with its photos. */
    drop: (key) => within(["drafts", "photos"], "readwrite", (store) => {
      store("drafts").delete(key);
      const found = store("photos").index("visit").openKeyCursor(IDBKeyRange.only(key));
      found.onsuccess = () => { const cursor = found.result; if (cursor) { store("photos").delete(cursor.primaryKey); cursor.continue(); } };
    }),
    /** Everything that one person's name is on; what others have not sent stays. */
    async wipe(user) {
      for (const draft of await this.drafts()) if (draft.user === user) await this.drop(draft.key);
      await within(["meta"], "readwrite", (store) => { store("meta").clear(); });
    },
    /** Only the list of projects and the copies of what the server has: nothing that is not stored there. */
    unpack: () => within(["meta"], "readwrite", (store) => { store("meta").clear(); }),
    /** Whether this browser keeps anything at all, without making an empty database. */
    async exists() {
      if (!("indexedDB" in window)) return false;
      if (!indexedDB.databases) return true;
      return (await indexedDB.databases()).some(({ name }) => name === NAME);
    },
  };
})();
