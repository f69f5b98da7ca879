package main

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"sluice/pipelines"
)

type letterBox struct{ err error }

func (b letterBox) Publish(context.Context, []pipelines.DeadLetter) error { return b.err }

func TestAReplayTellsOfNewLettersOnceForEachReason(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	batch := []pipelines.DeadLetter{{Reason: "bad_json"}, {Reason: "bad_json"}, {Reason: "out_of_range"}}
	away := errors.New("away")
	if err := newNewLetters(letterBox{away}, zap.New(core)).Publish(t.Context(), batch); !errors.Is(err, away) || logs.Len() != 0 {
		t.Errorf("not kept: %v, %d lines", err, logs.Len())
	}
	letters := newNewLetters(letterBox{}, zap.New(core))
	for range 2 {
		if err := letters.Publish(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	if logs.Len() != 2 || logs.All()[1].ContextMap()["reason"] != "out_of_range" {
		t.Errorf("said %v", logs.All())
	}
}
