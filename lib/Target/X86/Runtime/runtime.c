/*===- runtime.c - Contexts and parallel loops of compiled models ----------===*\
|*                                                                            *|
|* Part of the ONNC project, under the Apache License v2.0 with LLVM          *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/
/* Becomes a part of every compiled model. Threads wait for work for a moment,
 * then sleep. Symbols are weak and hidden, so that a program may link several
 * models. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIME __attribute__((weak, visibility("hidden")))

typedef void (*loop_body)(const int64_t *frame, int64_t index, int64_t thread);
typedef void (*program)(const int64_t *frame);

enum { frame_words = 7, spins = 2000 };

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

  /* The loop that is running. Its fields are written before `loop` counts up
   * and read behind that. */
  loop_body body;
  const int64_t *frame;
  int64_t count;
  atomic_llong next;
  atomic_int busy; /* workers that may still read the fields */
  atomic_uint loop;
  int stop;
  pthread_mutex_t mutex;
  pthread_cond_t start;
};

static void work(struct context *c, int64_t thread) {
  int64_t i;
  while ((i = atomic_fetch_add(&c->next, 1)) < c->count)
    c->body(c->frame, i, thread);
}

static void pause_briefly(void) { __builtin_ia32_pause(); }

static void *run_worker(void *argument) {
  struct worker *worker = argument;
  struct context *c = worker->context;
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; i < spins && atomic_load(&c->loop) == seen; ++i)
      pause_briefly();
    if (atomic_load(&c->loop) == seen) {
      pthread_mutex_lock(&c->mutex);
      while (atomic_load(&c->loop) == seen)
        pthread_cond_wait(&c->start, &c->mutex);
      pthread_mutex_unlock(&c->mutex);
    }
    seen = atomic_load(&c->loop);
    if (c->stop)
      return NULL;
    work(c, worker->number);
    atomic_fetch_sub(&c->busy, 1);
  }
}

static void start_loop(struct context *c) {
  atomic_store(&c->busy, c->threads - 1);
  pthread_mutex_lock(&c->mutex);
  atomic_fetch_add(&c->loop, 1);
  pthread_cond_broadcast(&c->start);
  pthread_mutex_unlock(&c->mutex);
}

RUNTIME void onnc_x86_parallel(struct context *c, loop_body body,
                               const int64_t *frame, int64_t count) {
  if (c->threads == 1 || count == 1) {
    for (int64_t i = 0; i < count; ++i)
      body(frame, i, 0);
    return;
  }
  c->body = body;
  c->frame = frame;
  c->count = count;
  atomic_store(&c->next, 0);
  start_loop(c);
  work(c, 0);
  while (atomic_load(&c->busy) > 0)
    pause_briefly();
}

RUNTIME void onnc_x86_destroy(struct context *c) {
  if (!c)
    return;
  if (c->workers && c->threads > 1) {
    c->stop = 1;
    start_loop(c);
    for (int i = 1; i < c->threads; ++i)
      pthread_join(c->workers[i].thread, NULL);
  }
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
  int64_t frame[frame_words] = {(intptr_t)inputs, (intptr_t)outputs,
                                (intptr_t)weights, (intptr_t)c->arena,
                                (intptr_t)c->local, c->local_stride,
                                (intptr_t)c};
  run(frame);
  return 0;
}
