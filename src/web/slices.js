// Work in slices of a few milliseconds, so that the page answers meanwhile.

const k_slice = 9;  // milliseconds

class Slices {
  /// `after_slice` is called when more is to be done, `after_job` at the end of each job.
  constructor(after_slice, after_job) {
    Object.assign(this, { after_slice, after_job });
    this.job = null;
    this.channel = new MessageChannel();
    this.channel.port1.onmessage = () => this.work();
  }

  /// `slice(deadline)` works until about then and returns whether there is more to do; `then` is
  /// called at the end. What was under way is given up.
  begin(name, slice, then) {
    this.job = { name, slice, then };
    this.channel.port2.postMessage(0);
  }

  is_at(name) {
    return this.job !== null && this.job.name === name;
  }

  work() {
    const job = this.job;
    if (!job) return;
    const more = job.slice(performance.now() + k_slice);
    if (this.job !== job) return;
    if (more) {
      this.channel.port2.postMessage(0);
      this.after_slice();
      return;
    }
    this.job = null;
    if (job.then) job.then();
    this.after_job();
  }

  halt() {
    this.job = null;
  }
}
