/* What the load client and the writer share: clocks, histograms, orders on stdin. */
#ifndef COMMON_H
#define COMMON_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static inline int64_t clock_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static inline void allow_many_files(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

_Noreturn static inline void fail(const char *what) {
    perror(what);
    exit(2);
}

/* Counts of values in equal steps; the last bucket takes all that is larger. */
typedef struct {
    uint32_t *counts;
    size_t buckets;
    double step;
    uint64_t total;
    double largest;
} histogram;

static inline histogram histogram_new(size_t buckets, double step) {
    histogram h = {calloc(buckets, sizeof(uint32_t)), buckets, step, 0, 0};
    if (!h.counts) fail("calloc");
    return h;
}

static inline void histogram_add(histogram *h, double value) {
    size_t bucket = value <= 0 ? 0 : (size_t)(value / h->step);
    h->counts[bucket < h->buckets ? bucket : h->buckets - 1]++;
    h->total++;
    if (value > h->largest) h->largest = value;
}

static inline double histogram_quantile(const histogram *h, double share) {
    uint64_t rank = (uint64_t)(share * (double)h->total), seen = 0;
    for (size_t bucket = 0; bucket < h->buckets; bucket++) {
        seen += h->counts[bucket];
        if (seen > rank) return ((double)bucket + 0.5) * h->step;
    }
    return h->largest;
}

static inline void histogram_clear(histogram *h) {
    for (size_t bucket = 0; bucket < h->buckets; bucket++) h->counts[bucket] = 0;
    h->total = 0;
    h->largest = 0;
}

#endif
