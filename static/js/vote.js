/* Adds up what is ticked on a ballot while it is ticked. Without it the next page says the same. */
(() => {
  const form = document.querySelector("[data-ballot]");
  const sum = form && form.querySelector("[data-ballot-sum]");
  if (!sum) return;
  const boxes = [...form.querySelectorAll("input[name=approves]")];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked);
    // in fen, so that nothing is rounded
    const fen = ticked.reduce((all, box) => all + Math.round(Number(box.dataset.amount) * 100), 0);
    const yuan = (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 });
    sum.textContent = sum.dataset.ballotSum.replace("{n}", ticked.length).replace("{yuan}", yuan);
  };
  boxes.forEach((box) => box.addEventListener("change", show));
  show();
})();
