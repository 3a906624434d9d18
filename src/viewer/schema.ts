/** What the oldest are told by: a sender whose clock is ahead does not have others go for what it sent. */
export const AGE = 'min(end, received)';

/**
 * The tables. What repeats is interned: frames, stacks (as a tree from the outermost caller, where "below" means "called by"), sets of
 * labels, resources. Times are microseconds since 1970, which are exact as numbers for another 200 years; values are doubles, so that no
 * sum overflows. `received` is by this machine's clock. `cell` is `sample` without spans: what sums are made of. `slice` says when
 * the value of a sample of a timeline was.
 */
export const SCHEMA = `
create table if not exists resource (
  id integer primary key, identity text not null unique, service text not null, instance text not null, attributes text not null
) strict;
create table if not exists series (
  id integer primary key, resource integer not null, thread text not null, type text not null, unit text not null,
  unique (resource, thread, type, unit)
) strict;
create table if not exists profile (
  id integer primary key, series integer not null, start integer not null, end integer not null, received integer not null, view text not null,
  total real not null, standard_error real not null, attributes text not null
) strict;
create index if not exists profile_by_series on profile (series, end);
create index if not exists profile_by_end on profile (end);
create index if not exists profile_by_age on profile (${AGE});
create table if not exists frame (
  id integer primary key, function text not null, file text not null, line integer not null, "column" integer not null,
  unique (function, file, line, "column")
) strict;
create table if not exists stack (
  id integer primary key, parent integer not null, frame integer not null, unique (parent, frame)
) strict;
create index if not exists stack_by_frame on stack (frame);
create table if not exists labels (id integer primary key, identity text not null unique) strict;
create table if not exists label (
  labels integer not null, name text not null, value text not null, primary key (name, value, labels)
) strict, without rowid;
create table if not exists sample (
  profile integer not null, position integer not null, stack integer not null, labels integer not null, trace text, span text,
  value real not null, standard_error real not null, wait integer, await_index integer, primary key (profile, position)
) strict, without rowid;
create index if not exists sample_by_trace on sample (profile, trace) where trace is not null;
create table if not exists cell (
  profile integer not null, stack integer not null, labels integer not null, value real not null,
  primary key (profile, stack, labels)
) strict, without rowid;
create table if not exists slice (
  profile integer not null, position integer not null, start integer not null, duration integer not null,
  primary key (profile, position, start)
) strict, without rowid;
create table if not exists span (
  trace text not null, id text not null, parent text not null, name text not null, kind integer not null, start integer not null,
  end integer not null, status integer not null, message text not null, resource integer not null, attributes text not null,
  events text not null, primary key (trace, id)
) strict, without rowid;
create table if not exists trace (
  id text primary key, start integer not null, end integer not null, received integer not null, spans integer not null, errors integer not null,
  root text not null, resource integer not null
) strict, without rowid;
create index if not exists trace_by_start on trace (start);
create index if not exists trace_by_age on trace (${AGE});
`;

/** Raised with every change of the tables: a file of another version is refused. */
export const SCHEMA_VERSION = 2;

/** The stack above every stack: the caller of entry functions. */
export const ROOT_STACK = 0;
