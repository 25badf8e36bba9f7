;; Passes over lines of traffic sixteen bytes at a time, for src/tail/sweep.ts: whole and cut lines lie in the memory, and
;; of these it passes over all that bear the known header and whose message begins as only traffic does. What any other line is,
;; it does not ask: it stops there, and `classify` in parsers/scan.ts, which is the specification, is asked.
;;
;; It is apart, and in another language, because JavaScript has no words for such steps: it takes twice as long for 99 % of a
;; log (docs/decisions/0008-speed.md). scripts/build.mjs makes sweep.gen.js of it.
;;
;; The memory: five pages of 64 KiB for a chunk, and one with what src/tail/sweep.ts lays there: a byte for each first byte of a
;; message (parsers/scan.ts: ALONE), the known header, and what is copied of a chunk that lies elsewhere. What lies behind the lines
;; may be read, but decides nothing.
(module
  (memory (export "memory") 6)

  ;; Where it stopped: the start of a line. And how many lines it passed over.
  (global $place (export "place") (mut i32) (i32.const 0))
  (global $passed (export "passed") (mut i32) (i32.const 0))

  ;; Passes over the lines from $start on that end before $limit and have no more than $longest bytes. In each of them the known header,
  ;; of $length bytes (8 at least), would stand at $at, and the message at $message. Returns 1 where $limit came first, 0 where a line
  ;; is to be looked at.
  (func (export "sweep")
    (param $start i32) (param $limit i32) (param $longest i32) (param $at i32) (param $length i32) (param $message i32)
    (result i32)
    (local $end i32) (local $newlines v128) (local $i i32) (local $begins i32) (local $count i32)
    (local $more i32)

    (block $stop
      (loop $line
        ;; The line's end.
        (local.set $end (local.get $start))
        (local.set $more (i32.const 1))
        (loop $search
          (br_if $stop (i32.ge_u (local.get $end) (local.get $limit)))
          (local.set $newlines
            (i8x16.eq (v128.load (local.get $end)) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10)))
          (if (i32.eqz (v128.any_true (local.get $newlines)))
            (then
              (local.set $end (i32.add (local.get $end) (i32.const 16)))
              (br $search))))
        (local.set $end (i32.add (local.get $end) (i32.ctz (i8x16.bitmask (local.get $newlines)))))
        (br_if $stop (i32.ge_u (local.get $end) (local.get $limit)))
        (local.set $more (i32.const 0))
        (br_if $stop (i32.gt_u (i32.sub (local.get $end) (local.get $start)) (local.get $longest)))

        ;; Does its message begin as only traffic does? The table tells by its first byte which second one says no; 0: each.
        (br_if $stop (i32.ge_u (i32.add (local.get $start) (local.get $message)) (local.get $end)))
        (local.set $begins (i32.load8_u offset=327680 (i32.load8_u (i32.add (local.get $start) (local.get $message)))))
        (br_if $stop (i32.eqz (local.get $begins)))
        (br_if $stop
          (i32.eq (local.get $begins) (i32.load8_u offset=1 (i32.add (local.get $start) (local.get $message)))))

        ;; A priority (`<`) comes before another header.
        (br_if $stop (i32.eq (i32.load8_u (local.get $start)) (i32.const 60)))

        ;; Eight bytes of the header at a time, from its end; the first eight may overlap the second.
        (local.set $i (i32.sub (local.get $length) (i32.const 8)))
        (loop $header
          (br_if $stop
            (i64.ne
              (i64.load offset=327936 (local.get $i))
              (i64.load (i32.add (i32.add (local.get $start) (local.get $at)) (local.get $i)))))
          (if (local.get $i)
            (then
              (local.set $i
                (select (i32.sub (local.get $i) (i32.const 8)) (i32.const 0) (i32.gt_u (local.get $i) (i32.const 8))))
              (br $header))))

        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $start (i32.add (local.get $end) (i32.const 1)))
        (br $line)))

    (global.set $place (local.get $start))
    (global.set $passed (local.get $count))
    (local.get $more)))
