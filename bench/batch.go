package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// batching measures how fast the lines of a batch are accepted, beside single posts. What is accepted waits for a
// limit of its TSP, so that accepting alone is measured.
func batching(ctx context.Context, f *field) ([]figure, error) {
	w, err := f.start(ctx, "batch", f.connections, "WAYBILL_TSP_SAMSARA_LIMITS="+gateway.Limits("messages.write=1/m"))
	if err != nil {
		return nil, err
	}
	// What it has accepted goes out by and by, equal texts among it, and is no matter of who is measured next.
	defer f.end(w)
	client := &http.Client{Timeout: time.Hour, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var number atomic.Int64
	post := func() error {
		request, err := w.Request(ctx, int(number.Add(1)), "by itself")
		if err != nil {
			return err
		}
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusAccepted {
			err = fmt.Errorf("a message was answered with %d", answer.StatusCode)
		}
		return errors.Join(err, answer.Body.Close())
	}
	single := func() (float64, error) { return rate(64, f.span, post) }
	var cpu, cpuSingle []float64
	used := func(into *[]float64, measure func() (float64, error), lines func(perSecond float64) float64) func() (float64, error) {
		return func() (float64, error) {
			before, err := w.Usage()
			if err != nil {
				return 0, err
			}
			perSecond, err := measure()
			after, usage := w.Usage()
			*into = append(*into, float64((after.CPU-before.CPU).Microseconds())/1000/lines(perSecond))
			return perSecond, errors.Join(err, usage)
		}
	}
	lines := f.rows / 10
	all, err := f.inTurns(
		used(&cpuSingle, single, func(perSecond float64) float64 { return perSecond * f.span.Seconds() }),
		used(&cpu, func() (float64, error) { return oneBatch(ctx, w, client, lines) },
			func(float64) float64 { return float64(lines) }))
	if err != nil {
		return nil, err
	}
	return []figure{
		figureOf("single posts, 64 callers", "/s", all[0]),
		figureOf(fmt.Sprintf("lines of a batch of %d", lines), "/s", all[1]).beside("single posts", all[1], all[0]).atLeast(3),
		figureOf("CPU of a line", "ms", cpu).beside("a single post", cpu, cpuSingle),
	}, nil
}

// oneBatch sends a batch and returns how many of its lines were accepted in a second.
func oneBatch(ctx context.Context, w *gateway.Waybill, client *http.Client, lines int) (float64, error) {
	from, to := io.Pipe()
	defer from.Close()
	begun := time.Now()
	go func() {
		out := bufio.NewWriterSize(to, 32<<10)
		var err error
		for n := 0; n < lines && err == nil; n++ {
			_, err = out.WriteString(w.Line(n, "in a batch"))
		}
		_ = to.CloseWithError(errors.Join(err, out.Flush()))
	}()
	request, err := w.Batch(ctx, from)
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	accepted := 0
	in := bufio.NewReaderSize(answer.Body, 64<<10)
	for {
		line, err := in.ReadSlice('\n')
		if bytes.HasPrefix(line, []byte(`{"end":"complete"`)) && accepted == lines {
			return float64(lines) / time.Since(begun).Seconds(), nil
		}
		if !bytes.Contains(line, []byte(`"status":202`)) || err != nil {
			return 0, fmt.Errorf("%d of %d lines were accepted, and then: %.300s %w", accepted, lines, line, err)
		}
		accepted++
	}
}
