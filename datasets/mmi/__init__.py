"""MMI: videos of posed emotions, neutral to apex to neutral."""
