/*===- runtime.c - Contexts and parallel loops of compiled models
----------===*\
|*                                                                            *|
|* Part of the ONNC project, under the Apache License v2.0 with LLVM          *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/
/* Becomes a part of every compiled model. Threads wait for work for a moment,
 * then sleep; a loop doesn't wait for threads that sleep. Symbols are weak and
 * hidden, so that a program may link several models. */

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIME __attribute__((weak, visibility("hidden")))

typedef void (*loop_body)(const int64_t *frame, int64_t index, int64_t thread);
typedef void (*program)(const int64_t *frame);

enum { frame_words = 7, spins = 2000, most_iterations = 65535 };

struct context;

struct worker {
  struct context *context;
  pthread_t thread;
  int64_t number;
};

struct context {
  int threads; /* that work, the caller's included */
  char *arena;
  char *local;
  int64_t local_stride;
  struct worker *workers;

  /* The loop that is running: its number in the upper 32 bits, then 16 of how
   * many iterations it has and 16 of the next one. Who counts the last up may
   * run that iteration; until it is done, the three fields below stay. */
  _Atomic uint64_t loop;
  _Atomic(loop_body) body;
  _Atomic(const int64_t *) frame;
  _Atomic int64_t first;
  atomic_int done; /* iterations */

  atomic_int stop;
  pthread_mutex_t mutex;
  pthread_cond_t start;
};

static int has_work(uint64_t loop) {
  return (loop & 0xffff) < (loop >> 16 & 0xffff);
}

static void work(struct context *c, int64_t thread) {
  uint64_t loop = atomic_load(&c->loop);
  while (has_work(loop)) {
    loop_body body = atomic_load(&c->body);
    const int64_t *frame = atomic_load(&c->frame);
    int64_t first = atomic_load(&c->first);
    if (!atomic_compare_exchange_weak(&c->loop, &loop, loop + 1))
      continue;
    body(frame, first + (int64_t)(loop & 0xffff), thread);
    atomic_fetch_add(&c->done, 1);
    loop = atomic_load(&c->loop);
  }
}

static int is_idle(struct context *c) {
  return !has_work(atomic_load(&c->loop)) && !atomic_load(&c->stop);
}

static void *run_worker(void *argument) {
  struct worker *worker = argument;
  struct context *c = worker->context;
  while (!atomic_load(&c->stop)) {
    for (int i = 0; i < spins && is_idle(c); ++i)
      __builtin_ia32_pause();
    if (is_idle(c)) {
      pthread_mutex_lock(&c->mutex);
      while (is_idle(c))
        pthread_cond_wait(&c->start, &c->mutex);
      pthread_mutex_unlock(&c->mutex);
    }
    work(c, worker->number);
  }
  return NULL;
}

static void wake(struct context *c) {
  pthread_mutex_lock(&c->mutex);
  pthread_cond_broadcast(&c->start);
  pthread_mutex_unlock(&c->mutex);
}

static void run_loop(struct context *c, loop_body body, const int64_t *frame,
                     int64_t first, uint64_t count) {
  atomic_store(&c->body, body);
  atomic_store(&c->frame, frame);
  atomic_store(&c->first, first);
  atomic_store(&c->done, 0);
  uint64_t number = (atomic_load(&c->loop) >> 32) + 1;
  atomic_store(&c->loop, number << 32 | count << 16);
  wake(c);
  work(c, 0);
  for (int i = 0; atomic_load(&c->done) < (int)count; ++i)
    if (i < spins)
      __builtin_ia32_pause();
    else
      sched_yield();
}

RUNTIME void onnc_x86_parallel(struct context *c, loop_body body,
                               const int64_t *frame, int64_t count) {
  if (c->threads == 1 || count == 1) {
    for (int64_t i = 0; i < count; ++i)
      body(frame, i, 0);
    return;
  }
  for (int64_t i = 0; i < count; i += most_iterations) {
    int64_t rest = count - i;
    run_loop(c, body, frame, i,
             (uint64_t)(rest < most_iterations ? rest : most_iterations));
  }
}

RUNTIME void onnc_x86_destroy(struct context *c) {
  if (!c)
    return;
  atomic_store(&c->stop, 1);
  wake(c);
  for (int i = 1; i < c->threads; ++i)
    pthread_join(c->workers[i].thread, NULL);
  pthread_cond_destroy(&c->start);
  pthread_mutex_destroy(&c->mutex);
  free(c->workers);
  free(c->arena);
  free(c->local);
  free(c);
}

static char *allocate(int64_t bytes) {
  enum { alignment = 4096, slack = 64 };
  size_t size = ((size_t)bytes + slack + alignment - 1) / alignment * alignment;
  char *memory = aligned_alloc(alignment, size);
  if (memory)
    memset(memory, 0, size);
  return memory;
}

RUNTIME struct context *onnc_x86_create(int threads, int64_t arena_bytes,
                                        int64_t local_bytes) {
  struct context *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->threads = threads < 1 ? 1 : threads;
  c->local_stride = (local_bytes + 4095) / 4096 * 4096;
  c->arena = allocate(arena_bytes);
  c->local = allocate(c->local_stride * c->threads);
  c->workers = calloc((size_t)c->threads, sizeof *c->workers);
  pthread_mutex_init(&c->mutex, NULL);
  pthread_cond_init(&c->start, NULL);
  if (!c->arena || !c->local || !c->workers) {
    c->threads = 1;
    onnc_x86_destroy(c);
    return NULL;
  }
  for (int i = 1; i < c->threads; ++i) {
    struct worker *worker = &c->workers[i];
    worker->context = c;
    worker->number = i;
    /* Fewer threads do the same work. */
    if (pthread_create(&worker->thread, NULL, run_worker, worker)) {
      c->threads = i;
      break;
    }
  }
  return c;
}

/* Always 0: what could fail is done when a context is made. */
RUNTIME int onnc_x86_run(struct context *c, void **inputs, void **outputs,
                         const void *weights, program run) {
  int64_t frame[frame_words] = {(intptr_t)inputs,   (intptr_t)outputs,
                                (intptr_t)weights,  (intptr_t)c->arena,
                                (intptr_t)c->local, c->local_stride,
                                (intptr_t)c};
  run(frame);
  return 0;
}
