"""From a recording to the EMG report, its screens and its sheet."""
