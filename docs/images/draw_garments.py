#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw a garment of each of Fashion-MNIST's classes, and write them as 28x28 grey video to standard output.

Drawings of our own: pictures of the data set are not ours to have in the repository. make_contact_sheet.sh uses it.
"""
import sys

SIDE, SAMPLES = 28, 4  # pixels; samples a pixel each way


def mirrored(*half):
    """A symmetric outline of its left half, from top to bottom."""
    return [*half, *((SIDE - x, y) for x, y in reversed(half))]


# In the order of models/fashion-cnn/labels.txt: shapes, each with its brightness; the later lie on the earlier.
GARMENTS = [
    [(mirrored((10.5, 1.5), (6.5, 2.5), (1.5, 8), (4.5, 11.5), (7.5, 9), (7.5, 26.5)), 190),        # T-shirt
     (mirrored((10.5, 1), (12, 3)), 0)],
    [(mirrored((9, 1), (8, 12), (9, 27), (12.5, 27), (13.5, 9)), 170)],                             # trouser
    [(mirrored((10, 1.5), (6, 3), (2.5, 10), (1.5, 25.5), (5, 26), (7, 14), (7, 26.5)), 150),       # pullover
     (mirrored((11, 1), (12, 3)), 0), (mirrored((7, 24.5), (7, 26.5)), 110)],
    [(mirrored((11, 1), (10.5, 5), (11.2, 11), (8.5, 27)), 180),                                    # dress
     (mirrored((12, 1), (13, 4)), 0)],
    [(mirrored((10, 1), (6, 3), (3, 11), (2.5, 26), (5.5, 26), (7, 13), (6.5, 27)), 120),           # coat
     ([(13.7, 2), (13.7, 27), (14.3, 27), (14.3, 2)], 20), (mirrored((10, 1), (13, 8)), 70)],
    [([(1, 18), (8, 16), (14, 13), (20, 10), (27, 9), (27, 12), (26, 17.5), (25, 17.5), (25, 13),   # sandal
       (19, 15), (14, 17.5), (1, 20)], 160),
     ([(4, 17), (7, 12.5), (10, 12), (12, 15), (9, 14), (6, 17)], 220), ([(20, 10), (21, 6), (23, 6), (23, 10)], 190)],
    [(mirrored((10.5, 1.5), (6.5, 3), (3.5, 9), (2.5, 20), (5.5, 21), (7.5, 11), (7.5, 26.5)), 140),  # shirt
     ([(13.7, 4), (13.7, 26), (14.3, 26), (14.3, 4)], 210), (mirrored((10.5, 1.5), (12.5, 5)), 220)],
    [([(1, 19), (2, 16), (8, 14), (14, 10.5), (18, 11), (22, 12), (26, 10), (27, 18), (27, 20), (1, 20)], 150),  # sneaker
     ([(1, 18.5), (27, 18), (27, 20), (1, 20.2)], 235), ([(9, 14), (14, 11), (15, 12), (10, 15)], 230)],
    [([(3, 11), (25, 11), (26, 26), (2, 26)], 170),                                                 # bag
     (mirrored((8, 11), (9, 5), (12, 2.5)), 150), (mirrored((10, 11), (10.5, 6), (12.5, 4.5)), 0),
     ([(12, 15), (16, 15), (16, 18), (12, 18)], 230)],
    [([(2, 22), (3, 19), (9, 16), (14, 12), (16, 4), (25, 4), (26, 14), (26, 24), (20, 24), (19, 22.5), (14, 24), (2, 24)],
      150), ([(2, 22.5), (26, 22), (26, 24), (2, 24)], 60), ([(18, 4), (20, 4), (19.5, 12), (17, 12)], 90)],  # ankle boot
]


def is_inside(outline, x, y):
    """Whether a ray to the right crosses the outline an odd number of times."""
    inside = False
    for (ax, ay), (bx, by) in zip(outline, outline[1:] + outline[:1]):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


def brightness_at(shapes, x, y):
    return next((brightness for outline, brightness in reversed(shapes) if is_inside(outline, x, y)), 0)


def draw(shapes):
    """The mean brightness in each pixel."""
    steps = [(i + 0.5) / SAMPLES for i in range(SAMPLES)]
    return bytes(round(sum(brightness_at(shapes, x + dx, y + dy) for dy in steps for dx in steps) / SAMPLES ** 2)
                 for y in range(SIDE) for x in range(SIDE))


if __name__ == "__main__":
    for garment in GARMENTS:
        sys.stdout.buffer.write(draw(garment))
