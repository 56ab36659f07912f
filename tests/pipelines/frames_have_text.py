# SPDX-License-Identifier: LGPL-2.1-or-later
"""The quickstart's video, decoded to grey on standard input: 300 frames, each Fashion-MNIST's picture in its turn, with
white text in the upper left corner where the picture itself is dark."""
import gzip
import sys

FRAMES, SIDE, PICTURE = 300, 320, 28
CORNER = range(10, 50), range(10, 90)  # rows, columns
BELOW = range(160, SIDE, 5), range(0, SIDE, 5)
BRIGHT, DARK = 200, 60
TEXT_PIXELS = 100
EXCEPT = 10                            # pictures that are bright in that corner themselves
DIFFERENCE = 5                         # what coding may change on average


def enlarge(picture, row, column):
    return picture[row * PICTURE // SIDE * PICTURE + column * PICTURE // SIDE]


def count_text(frame, picture):
    return sum(frame[row * SIDE + column] > BRIGHT and enlarge(picture, row, column) < DARK
               for row in CORNER[0] for column in CORNER[1])


def difference(frame, picture):
    differences = [abs(frame[row * SIDE + column] - enlarge(picture, row, column)) for row in BELOW[0] for column in BELOW[1]]
    return sum(differences) / len(differences)


def main():
    with gzip.open("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz") as file:
        pictures = file.read()[16:]
    video, size = sys.stdin.buffer.read(), SIDE * SIDE
    text, worst = [], 0
    for i in range(len(video) // size):
        frame, picture = video[i * size:(i + 1) * size], pictures[i * PICTURE ** 2:(i + 1) * PICTURE ** 2]
        text.append(count_text(frame, picture))
        worst = max(worst, difference(frame, picture))
    with_text = sum(n >= TEXT_PIXELS for n in text)
    print(f"{len(video) / size:g} frames of {FRAMES}, {with_text} with text, a picture at most {worst:.1f} off, of {DIFFERENCE}")
    return len(video) != FRAMES * size or with_text < FRAMES - EXCEPT or worst > DIFFERENCE


if __name__ == "__main__":
    sys.exit(main())
