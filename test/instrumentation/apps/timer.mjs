// Ends at once, while its timer is pending.
function setOne() {
  setTimeout(() => {}, 60_000).unref();
}
setOne();
